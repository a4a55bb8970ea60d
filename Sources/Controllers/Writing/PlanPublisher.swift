import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema

/// A plan carries a higher epoch than ours: another controller leads. End the process.
struct Fenced: Error, CustomStringConvertible {
    var description: String
}

/// Writes plans. Every write names what it is based on, and an epoch that never gets smaller.
struct PlanPublisher: Sendable {
    let api: Api<ModulePlan>
    let epoch: Int64

    /// - Throws: `KubeError.conflict` when the plan is another than `current` by now; `Fenced` when a newer leader has written it.
    func publish(_ spec: ModulePlanSpec, for deployment: ModuleDeployment, current: ModulePlan?) async throws -> ModulePlan {
        try Self.check(current, epoch: epoch)
        var metadata: JSONObject = ["labels": [GraftAPI.deploymentLabel: .string(deployment.metadata.name)]]
        if let owner = OwnerReference(controlledBy: deployment) { metadata["ownerReferences"] = [owner.json] }
        let api = api.scoped(to: deployment.metadata.namespace)
        guard let current else {
            metadata["name"] = .string(deployment.metadata.name)
            return try await api.create(
                ["metadata": .object(metadata), "spec": spec.json] as JSON,
                options: WriteOptions(manager: GraftAPI.controllerManager))
        }
        return try await api.apply(
            deployment.metadata.name, ["metadata": .object(metadata), "spec": spec.json] as JSON, manager: GraftAPI.controllerManager,
            preconditions: Preconditions(of: current))
    }

    static func check(_ plan: ModulePlan?, epoch: Int64) throws {
        guard let plan, plan.spec.epoch > epoch else { return }
        throw Fenced(description: "ModulePlan \(plan.key) has epoch \(plan.spec.epoch), ours is \(epoch): another controller leads; ending")
    }
}
