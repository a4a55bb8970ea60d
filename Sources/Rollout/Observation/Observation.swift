package import GraftAPI
package import KubeCore

/// All that a decision depends on. Equal observations lead to equal decisions.
package struct Observation: Sendable {
    package var deployment: ObjectKey
    package var uid: String
    package var generation: Int64
    package var spec: ModuleDeploymentSpec
    package var verbs = Verbs()
    /// The state before: read back from the API server after a restart.
    package var status: ModuleDeploymentStatus
    /// The plan that hosts can see; at least as new as `status`.
    package var plan: PlanFacts?
    package var wanted: Wanted
    package var revisions: [RevisionFacts]
    /// Hosts of the class that the selector matches.
    package var hosts: FleetIndex
    /// Checks of the rollout in progress as they stand now, by those who perform them; what the engine did not begin is not looked at.
    package var checks: [CheckStatus] = []
    /// A sentence that says which older deployment has the slot on some of these hosts; nil when there is none.
    package var conflict: String?
    /// Others of its set that went back by themselves.
    package var siblings: [SiblingRetreat] = []
    /// What the cluster's guards allow.
    package var guards = GuardFacts()
    /// Passed through to the plan.
    package var epoch: Int64
    /// Since when this controller leads.
    package var leaderSince: Timestamp
    /// No deadline ends so soon after it leads: it has just begun to hear from hosts.
    package var leaderGrace = Duration.seconds(60)
    package var now: Timestamp

    package init(
        deployment: ObjectKey, uid: String, generation: Int64 = 1, spec: ModuleDeploymentSpec, status: ModuleDeploymentStatus,
        plan: PlanFacts?, wanted: Wanted, revisions: [RevisionFacts], hosts: FleetIndex, epoch: Int64, leaderSince: Timestamp,
        now: Timestamp
    ) {
        self.deployment = deployment
        self.uid = uid
        self.generation = generation
        self.spec = spec
        self.status = status
        self.plan = plan
        self.wanted = wanted
        self.revisions = revisions
        self.hosts = hosts
        self.epoch = epoch
        self.leaderSince = leaderSince
        self.now = now
    }
}

/// The plan as it stands in the API server.
package struct PlanFacts: Sendable, Hashable {
    package var uid: String
    package var spec: ModulePlanSpec

    package init(uid: String, spec: ModulePlanSpec) {
        self.uid = uid
        self.spec = spec
    }
}

/// What the spec asks for, as far as that is known.
package enum Wanted: Sendable, Hashable {
    /// Being looked up: nothing is wrong yet.
    case pending(String)
    case refused(Refusal)
    /// Name of the revision, which `Observation.revisions` holds.
    case revision(String)

    var revision: String? { if case .revision(let name) = self { name } else { nil } }
}

/// Why something may not be delivered, and what to do about it.
package struct Refusal: Error, Sendable, Hashable {
    /// Which condition it makes false.
    package enum Aspect: String, Sendable { case verified = "Verified", compatible = "Compatible", ready = "Ready" }

    package var aspect: Aspect
    /// CamelCase, for programs.
    package var reason: String
    /// One sentence: object, field, what was found and wanted, what to do.
    package var message: String
    /// The policy that it fails, where there is one.
    package var policy: String?

    package init(_ aspect: Aspect, reason: String, message: String, policy: String? = nil) {
        self.aspect = aspect
        self.reason = reason
        self.message = message
        self.policy = policy
    }
}
