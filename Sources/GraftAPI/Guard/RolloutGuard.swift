package import KubeCore
package import Schema

/// What holds rollouts of many deployments: windows in which nothing new begins, and a budget of hosts that may run what is unproven.
/// Several may cover a deployment, and all of them hold. None of them stops a way back.
package struct RolloutGuard: CustomResource {
    package var metadata: ObjectMeta
    package var spec: RolloutGuardSpec
    package var status: RolloutGuardStatus
    /// What of it could not be read: with any, it holds whatever it covers.
    package var problems: [String] = []

    package init(metadata: ObjectMeta, spec: RolloutGuardSpec, status: RolloutGuardStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "RolloutGuard", plural: "rolloutguards", shortNames: ["rguard"], scope: .cluster,
        about: "Holds rollouts of all deployments it covers: in freeze windows, and beyond a budget of hosts with unproven revisions. "
            + "Rollbacks, aborts and quarantines are never held.",
        columns: [
            PrinterColumn("State", "string", ".status.state", "Open, Frozen, Exhausted or Invalid."),
            PrinterColumn("Held", "integer", ".status.held.count", "Deployments that it holds back now."),
            PrinterColumn("Unproven", "string", ".status.budget.summary", "Hosts that run what is unproven, of those that may, of all."),
            PrinterColumn("Window", "string", ".status.window.summary", "The freeze window that holds now, else the next one."),
            PrinterColumn("MaxUnproven", "string", ".spec.budget.maxUnproven", "Hosts that may run what is unproven.", priority: 1),
            PrinterColumn("Reason", "string", ".spec.reason", "What it is for.", priority: 1),
            PrinterColumn("Namespaces", "string", ".spec.match.namespaces", "Whose deployments.", priority: 1),
            PrinterColumn("Classes", "string", ".spec.match.classes", "On which hosts.", priority: 1),
            .age,
        ])
}

package struct RolloutGuardSpec: SchemaObject, Hashable {
    package var match = GuardMatch()
    package var reason = ""
    package var freeze: Freeze?
    package var budget: UnprovenBudget?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("match", \.match, "Which deployments it holds: both must match."),
        .defaulted("reason", \.reason, "", "What it is for, and whom to ask: told with every hold.", Limits.text(256)),
        .optional("freeze", \.freeze, "When no rollout begins or goes further."),
        .optional("budget", \.budget, "How many hosts may run unproven revisions at a time."),
    ]

    /// One that holds nothing is a mistake of whoever wrote it.
    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules.append(.init("has(self.freeze) || has(self.budget)", message: "wanted freeze, budget, or both"))
    }
}

/// What a guard is about. Both must match; `*` is said explicitly.
package struct GuardMatch: SchemaObject, Hashable {
    package var namespaces: [String] = []
    package var classes: [String] = []

    package init() {}
    package init(namespaces: [String], classes: [String]) {
        self.namespaces = namespaces
        self.classes = classes
    }

    package static let everything = GuardMatch(namespaces: ["*"], classes: ["*"])

    package static let fields: [Field<Self>] = [
        .required("namespaces", \.namespaces, "Names or globs of namespaces whose deployments it holds; \"*\" for all.", patterns),
        .required("classes", \.classes, "Names or globs of host classes; \"*\" for all.", patterns),
    ]

    private static func patterns(_ schema: inout StructuralSchema) {
        Limits.atomic(64)(&schema)
        schema.minItems = 1
        schema.items?.minLength = 1
        schema.items?.maxLength = 255
    }
}

package struct Freeze: SchemaObject, Hashable {
    package var windows: [FreezeWindow] = []

    package init() {}
    package init(_ windows: [FreezeWindow]) { self.windows = windows }

    package static let fields: [Field<Self>] = [
        .required("windows", \.windows, "It holds while any of them does.") {
            Limits.atomic(64)(&$0)
            $0.minItems = 1
        }
    ]
}

/// How many hosts may run, or be asked to run, a revision that has yet to prove itself, counted over all deployments that the guard covers.
package struct UnprovenBudget: SchemaObject, Hashable {
    package var maxUnproven = CountOrShare.share(Weight(percent: 10))
    package var scope = Scope.class
    package var provenAfter = Period(seconds: 86_400)

    package init() {}
    package init(_ maxUnproven: CountOrShare, scope: Scope = .class, provenAfter: Period = Period(seconds: 86_400)) {
        self.maxUnproven = maxUnproven
        self.scope = scope
        self.provenAfter = provenAfter
    }

    package enum Scope: String, SchemaValue, CaseIterable, Hashable {
        /// Of the hosts of each class, by itself.
        case `class` = "Class"
        /// Of the hosts of all classes that the guard covers, together.
        case all = "All"
    }

    /// Hosts of so many: rounded down, but one of them where any share is allowed at all, or small fleets would never move.
    package func limit(of hosts: Int) -> Int {
        switch maxUnproven {
        case .count(let count): count
        case .share(let weight): weight == .none ? 0 : max(1, hosts * weight.basisPoints / 10_000)
        }
    }

    package static let fields: [Field<Self>] = [
        .required("maxUnproven", \.maxUnproven, "Hosts at most: a number, or a share like \"10%\", rounded down, at least one."),
        .defaulted("scope", \.scope, .class, "Class: of the hosts of each class. All: of all hosts of the classes it covers."),
        .defaulted(
            "provenAfter", \.provenAfter, Period(seconds: 86_400),
            "A revision counts as unproven until it is Good, or until hosts have run it for this long in a rollout that was not given up."),
    ]
}
