package import GraftAPI
package import KubeCore

/// What follows from an observation. To be carried out in this order: effects, plan, status, then the annotations of `consumed`
/// verbs are removed and events recorded. Stopping between any two of them loses nothing.
package struct Decision: Sendable, Hashable {
    package var effects: [Effect]
    /// Nil: there is nothing to plan yet, and no plan is touched.
    package var plan: ModulePlanSpec?
    package var status: ModuleDeploymentStatus
    /// When to decide again although nothing changed.
    package var wakeAt: Timestamp?
    /// Annotations of verbs that were obeyed or that mean nothing any more.
    package var consumed: [String]
    package var events: [RolloutEvent]
    /// Hosts whose last sign of life decided this, and who may have given one since (`FleetIndex.areSignsCurrent`): to be asked for, and then
    /// decided anew. Until then nothing of this decision counts.
    package var unheard: [String] = []
    /// Given into the next observation, with what changed of the hosts since, it spares looking at all the others.
    package var findings: Findings?
}

/// The hosts with what was worked out of them. Any two are equal: they save work, and make no difference.
package struct Findings: Sendable, Hashable {
    package var hosts: FleetIndex

    package static func == (_: Findings, _: Findings) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
}

/// What else must be written, before the plan.
package enum Effect: Sendable, Hashable {
    case quarantine(digest: String, configHash: String, namespace: String, rollout: String, reason: String)
    case outcome(revision: String, ModuleRevisionStatus.Outcome, message: String)
}
