import GraftAPI
import JSON
import KubeClient
import KubeCore
import Schema

/// Writes quarantines, in the name of a rollout that found a revision bad.
struct QuarantinePublisher: Sendable {
    let api: Api<ModuleQuarantine>

    func publish(digest: String, configHash: String, namespace: String, reason: String, source: QuarantineSource) async throws
        -> ModuleQuarantine
    {
        var spec = ModuleQuarantineSpec()
        spec.digest = digest
        spec.namespace = namespace
        spec.configHash = configHash
        spec.reason = String(reason.unicodeScalars.prefix(1024))
        spec.source = source
        let name = ConfigHash.quarantineName(digest: digest, namespace: namespace, configHash: configHash)
        do {
            return try await api.create(
                ["metadata": ["name": .string(name)], "spec": spec.json] as JSON, options: WriteOptions(manager: GraftAPI.controllerManager)
            )
        } catch let error as KubeError where error.code == .alreadyExists {
            return try await api.get(name)
        }
    }
}
