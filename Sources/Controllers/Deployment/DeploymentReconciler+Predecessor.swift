import GraftAPI
import KubeCore
import KubeRuntime
import Logging

extension DeploymentReconciler {
    /// The UID of an earlier deployment of the same name whose plan is still there; nil when there is no plan, or it is this deployment's. A plan that
    /// names no owner, as out of a backup, is this one's.
    static func predecessor(of deployment: ModuleDeployment, by plan: ModulePlan?) -> String? {
        guard let owner = plan?.metadata.controller, owner.uid != deployment.metadata.uid else { return nil }
        return owner.uid
    }

    /// The plan of an earlier deployment says nothing of what this one asks for, and hosts' answers to it are none to this one's: garbage collection
    /// removes it, and only then a plan of its own is made.
    func awaitEnd(of plan: ModulePlan, ofDeployment predecessor: String, before deployment: ModuleDeployment) async throws -> Next {
        var status = statuses.decided(deployment) ?? deployment.status
        status.observedGeneration = deployment.metadata.generation
        status.phase = .pending
        status.message =
            "Not begun: the ModulePlan of an earlier ModuleDeployment of this name, UID \(predecessor), is still there; "
            + "it goes on by itself when that is removed with its owner. Hosts keep what they have."
        status.conditions.set(
            Condition(
                type: "Ready", status: .isFalse, reason: "Resolving", message: status.message,
                observedGeneration: deployment.metadata.generation, lastTransitionTime: surroundings.wallTime().wholeSeconds))
        if (statuses.decided(deployment) ?? deployment.status).message != status.message {
            logger.info(
                "waits until the plan of an earlier deployment of the name is removed",
                metadata: ["deployment": "\(deployment.key)", "plan": "\(plan.metadata.uid ?? "")", "owner": "\(predecessor)"])
        }
        // The plan's removal wakes it: nothing is to be looked at before.
        return try await statuses.publish(status, of: deployment).map { .after($0) } ?? .awaitChange
    }
}
