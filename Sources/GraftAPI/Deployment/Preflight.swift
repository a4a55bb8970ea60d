package import Schema

/// Has every target host judge the revision and stage it ahead of its turn: nothing is activated.
package struct Preflight: SchemaObject, Hashable {
    /// So many may fail: one more, and it goes no further. A share is one of the hosts that are asked, rounded down.
    package var failureThreshold = CountOrShare.count(0)
    /// Nil: as long as the strategy's progress deadline.
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(failureThreshold: CountOrShare = .count(0), deadlineSeconds: Int? = nil, onDeadline: Strategy.OnDeadline? = nil) {
        self.failureThreshold = failureThreshold
        self.deadlineSeconds = deadlineSeconds
        self.onDeadline = onDeadline
    }

    /// How many of so many hosts may fail. Rounded down: what is promised of 2 % of 12 hosts is nobody.
    package func tolerated(of hosts: Int) -> Int {
        switch failureThreshold {
        case .count(let count): count
        case .share(let weight): hosts * weight.basisPoints / 10_000
        }
    }

    package static let fields: [Field<Self>] = [
        .defaulted(
            "failureThreshold", \.failureThreshold, .count(0),
            "Hosts that may fail: one more, and it goes no further. A number, or a share of the hosts that are asked, rounded down."),
        .optional(
            "deadlineSeconds", \.deadlineSeconds,
            "How long hosts have to stage it, failures tried again meanwhile; unset: as the strategy's progressDeadlineSeconds.",
            Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]
}

extension Strategy {
    /// Indices of the steps that the first version of a deployment takes: preflights that stand before any weight. What other steps are about, a
    /// version beside it, is not there.
    package var stepsOfFirstVersion: [Int] {
        let end = steps.firstIndex { ($0.setWeight ?? .none) > .none } ?? steps.endIndex
        return steps.indices.prefix(end).filter { steps[$0].preflight != nil }
    }
}

/// What a preflight has found: numbers, and the first of those that would fail.
package struct PreflightStatus: SchemaObject, Hashable {
    /// Step that it belongs to, from 0.
    package var step = 0
    /// Hosts that are asked: Ready, and not on the revision yet.
    package var asked = 0
    package var staged = 0
    package var failed = 0
    package var waiting = 0
    /// Their agents don't know how: they neither fail nor hold anything up.
    package var unable = 0
    /// It was told that more fail than may.
    package var isWarned = false
    package var failures: [PreflightFailure] = []

    package init() {}

    /// As many as are named; the rest is counted.
    package static let mostNamed = 10

    package static let fields: [Field<Self>] = [
        .required("step", \.step, "Step that it belongs to, from 0."),
        .defaulted("asked", \.asked, 0, "Hosts that are asked: Ready, and not on the revision yet."),
        .defaulted("staged", \.staged, 0, "Hosts that judged it good and staged it."),
        .defaulted("failed", \.failed, 0, "Hosts that could not take it now."),
        .defaulted("waiting", \.waiting, 0, "Hosts that have not answered yet."),
        .defaulted("unable", \.unable, 0, "Hosts whose agents can't stage ahead; they are not waited for."),
        .defaulted("isWarned", \.isWarned, false, "An Event told that more fail than may."),
        .collection("failures", \.failures, "The first hosts that could not take it.", Limits.map(by: "host", mostNamed)),
    ]
}

/// A host that could not take the revision, and why.
package struct PreflightFailure: SchemaObject, Hashable {
    package var host = ""
    package var reason = ""
    package var message = ""

    package init() {}
    package init(host: String, reason: String, message: String) {
        self.host = host
        self.reason = reason
        self.message = message
    }

    package static let fields: [Field<Self>] = [
        .required("host", \.host, "Name of the ModuleHost.", Limits.text(253)),
        .required("reason", \.reason, "Why, for programs: DiskFull, Incompatible, NotTrusted, …", Limits.text(64)),
        .defaulted("message", \.message, "", "Why, in a sentence.", Limits.text(512)),
    ]
}
