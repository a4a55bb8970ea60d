import GraftAPI
import KubeCore
import KubeRuntime
import Rollout

extension DeploymentReconciler {
    /// The others of a deployment's set that are going back, or went back last, since what they rolled out turned out bad.
    func siblings(of deployment: ModuleDeployment) -> [SiblingRetreat] {
        stores.members(ofSetOf: deployment).compactMap { other in
            guard let rollout = (statuses.decided(other) ?? other.status).rollout, rollout.kind == .return,
                rollout.cause?.isAutomatic ?? false, let time = rollout.startTime?.time
            else { return nil }
            return SiblingRetreat(
                deployment: other.metadata.name, reason: rollout.reason ?? "", began: rollout.abandonedStartTime?.time ?? time, time: time)
        }
    }
}

extension Stores {
    /// The others of a deployment's set, by name.
    func members(ofSetOf deployment: ModuleDeployment) -> [ModuleDeployment] {
        guard let set = Self.set(of: deployment) else { return [] }
        return deployments.store.objects(Self.deploymentSet, set).filter { $0.key != deployment.key }.sorted { $0.key < $1.key }
    }
}
