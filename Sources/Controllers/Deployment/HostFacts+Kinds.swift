import Compatibility
import GraftAPI
import KubeCore
import Rollout

extension Rollout.HostFacts {
    /// What the engine must know of a host, for one deployment.
    /// - Parameter keys: labels that an order goes by. Others are left out: most hosts have some that no other has.
    init(
        _ host: ModuleHost, deployment: ModuleDeployment, liveness: (isReady: Bool, lastSeen: Timestamp?),
        goingBy keys: Set<String>, judging descriptors: [String: ModuleDescriptor]
    ) {
        let slot = host.status.slots.first { $0.name == deployment.spec.slot }
        let isOurs = slot.map { $0.owner.namespace == deployment.metadata.namespace && $0.owner.name == deployment.metadata.name } ?? false
        let facts = Compatibility.HostFacts(
            runtimeVersion: host.spec.runtimeVersion, contract: host.spec.contract, capabilities: host.spec.capabilities)
        var incompatibilities: [String: String] = [:]
        for (revision, descriptor) in descriptors {
            let verdict = descriptor.judge(facts)
            if !verdict.isCompatible { incompatibilities[revision] = verdict.description }
        }
        let lastActivated = host.status.slots.filter { $0.active != nil }.max {
            ($0.active?.since ?? .distantPast) < ($1.active?.since ?? .distantPast)
        }
        self.init(
            name: host.metadata.name, zone: host.spec.zone ?? "", isReady: liveness.isReady, lastSeen: liveness.lastSeen,
            isHeld: host.isHeld, incompatibilities: incompatibilities,
            claimedBy: slot.flatMap { $0.active != nil && !isOurs ? "\($0.owner.namespace)/\($0.owner.name)" : nil },
            slot: isOurs ? slot : nil, isLastActivated: lastActivated.map { $0.name == deployment.spec.slot } ?? true,
            canRoute: host.spec.features.contains(GraftAPI.routingFeature))
        if !keys.isEmpty, host.spec.features.contains(AgentFeature.order) {
            labels = host.metadata.labels.filter { keys.contains($0.key) }
        }
        canRestart = host.spec.features.contains(GraftAPI.restartFeature)
        canStageAhead = host.spec.features.contains(AgentFeature.preflight)
    }
}

extension Timestamp {
    static let distantPast = Timestamp(microseconds: .min)
}
