package import KubeCore

/// What the cluster's guards say of a deployment now. None of it stops a way back.
package struct GuardFacts: Sendable, Hashable {
    /// Windows that hold it.
    package var freeze: FreezeFacts?
    /// When a window begins next: time is to stand still from that moment on.
    package var nextFreeze: Timestamp?
    /// Of all budgets that it counts against, the one that leaves it least.
    package var budget: BudgetFacts?
    /// Names of hosts that count against every budget already, for what this or another deployment has on them: asking them costs none.
    package var counted: Set<String> = []

    package init(freeze: FreezeFacts? = nil, nextFreeze: Timestamp? = nil, budget: BudgetFacts? = nil) {
        self.freeze = freeze
        self.nextFreeze = nextFreeze
        self.budget = budget
    }
}

/// Freeze windows in which a rollout neither begins nor goes further.
package struct FreezeFacts: Sendable, Hashable {
    /// Names of the guards, sorted; at least one.
    package var guards: [String]
    /// Nil: when somebody changes a guard.
    package var until: Timestamp?
    /// What the guards are for, or why one can't be read, in sentences; may be empty.
    package var reason: String

    package init(guards: [String], until: Timestamp?, reason: String) {
        self.guards = guards
        self.until = until
        self.reason = reason
    }
}

/// How many more hosts may be asked to run what is unproven.
package struct BudgetFacts: Sendable, Hashable {
    /// Name of the guard.
    package var name: String
    /// Hosts that may run what is unproven, and of how many.
    package var limit: Int
    package var hosts: Int
    /// Hosts that count already, and whose they are, for people: `payments/http-filter 8, search/ranker 2`.
    package var used: Int
    package var holders: String
    /// What this deployment may ask beyond that: others that wait for longer come first.
    package var left: Int
    /// When a revision counts as proven for having run long enough; nil: none does by itself.
    package var nextProven: Timestamp?

    package init(name: String, limit: Int, hosts: Int, used: Int, holders: String, left: Int, nextProven: Timestamp? = nil) {
        self.name = name
        self.limit = limit
        self.hosts = hosts
        self.used = used
        self.holders = holders
        self.left = left
        self.nextProven = nextProven
    }
}
