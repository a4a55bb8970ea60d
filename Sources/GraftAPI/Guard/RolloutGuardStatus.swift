package import KubeCore
package import Schema

/// What a guard holds now, and what of it can't be read. The controller's; nothing is decided by it.
package struct RolloutGuardStatus: SchemaObject, Hashable {
    package var observedGeneration: Int64?
    package var state = State.open
    /// The window that holds now, else the next one.
    package var window: GuardWindow?
    package var budget: BudgetUse?
    package var held = HeldDeployments()
    package var conditions: [Condition] = []

    package init() {}

    package enum State: String, SchemaValue, CaseIterable, Hashable {
        case open = "Open"
        /// A window holds.
        case frozen = "Frozen"
        /// No window holds, and somewhere as many hosts run what is unproven as may.
        case exhausted = "Exhausted"
        /// Something of it can't be read: it holds all that it covers.
        case invalid = "Invalid"
    }

    /// The condition that says whether all of it can be read.
    package static let valid = "Valid"

    package static let fields: [Field<Self>] = [
        .optional("observedGeneration", \.observedGeneration, "The generation this status is about."),
        .defaulted("state", \.state, .open, "For display: Open, Frozen, Exhausted, or Invalid, which holds all that it covers."),
        .optional("window", \.window, "The freeze window that holds now, else the next one within 400 days."),
        .optional("budget", \.budget, "How many hosts run what is unproven; unset without spec.budget."),
        .defaulted("held", \.held, HeldDeployments(), "The deployments that it holds back now."),
        .collection("conditions", \.conditions, "Valid: False names the field, what was found and what is wanted.", Condition.list),
    ]
}

/// A time in which windows of one guard hold without a gap.
package struct GuardWindow: SchemaObject, Hashable {
    package var isActive = false
    package var from = Timestamp(seconds: 0)
    package var until: Timestamp?
    package var timeZone = "UTC"
    package var summary = ""

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("active", \.isActive, false, "Whether it holds now; else it is the next one."),
        .required("from", \.from, "When it begins."),
        .optional(
            "until", \.until, "When it ends, with the windows that overlap or touch it; unset: when it is taken away, or in over a year."),
        .required("timeZone", \.timeZone, "By whose clocks it begins.", Limits.text(64)),
        .defaulted("summary", \.summary, "", "The same by those clocks.", Limits.text(160)),
    ]
}

/// Hosts that run, or are asked to run, what has yet to prove itself.
package struct BudgetUse: SchemaObject, Hashable {
    package var groups: [BudgetGroup] = []
    /// Groups beyond those listed.
    package var more = 0
    package var summary = ""

    package init() {}

    package static let groupLimit = 8

    package static let fields: [Field<Self>] = [
        .collection(
            "groups", \.groups, "By what the budget is a share of: those with the least left first, at most \(groupLimit).",
            Limits.atomic(groupLimit)),
        .defaulted("more", \.more, 0, "Groups that are not listed."),
        .defaulted("summary", \.summary, "", "The first of them: unproven, of those allowed, of all.", Limits.text(160)),
    ]
}

/// The hosts that one budget is a share of: those of a class, or of all classes that the guard covers.
package struct BudgetGroup: SchemaObject, Hashable {
    package var hostClass: String?
    package var unproven = 0
    package var allowed = 0
    package var hosts = 0

    package init() {}
    package init(hostClass: String?, unproven: Int, allowed: Int, hosts: Int) {
        self.hostClass = hostClass
        self.unproven = unproven
        self.allowed = allowed
        self.hosts = hosts
    }

    package var left: Int { max(0, allowed - unproven) }

    package static let fields: [Field<Self>] = [
        .optional("class", \.hostClass, "Their class; unset where all classes count together.", Limits.text(63)),
        .defaulted("unproven", \.unproven, 0, "Hosts that run, or are asked to run, an unproven revision of anything."),
        .defaulted("allowed", \.allowed, 0, "Hosts that may."),
        .defaulted("hosts", \.hosts, 0, "Hosts in all."),
    ]
}

/// Deployments whose rollouts do not begin or go further because of a guard.
package struct HeldDeployments: SchemaObject, Hashable {
    package var count = 0
    package var names: [String] = []

    package init() {}
    /// - Parameter all: `namespace/name` of each.
    package init(_ all: [String]) {
        count = all.count
        names = Array(all.sorted().prefix(Self.nameLimit))
    }

    package static let nameLimit = 10

    package static let fields: [Field<Self>] = [
        .defaulted("count", \.count, 0, "How many."),
        .collection("names", \.names, "namespace/name of the first \(nameLimit) of them, by name.") {
            Limits.atomic(nameLimit)(&$0)
            $0.items?.maxLength = 128
        },
    ]
}
