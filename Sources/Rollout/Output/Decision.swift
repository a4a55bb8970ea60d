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
}

/// What else must be written, before the plan.
package enum Effect: Sendable, Hashable {
    case quarantine(digest: String, configHash: String, namespace: String, rollout: String, reason: String)
    case outcome(revision: String, ModuleRevisionStatus.Outcome, message: String)
}
