import GraftAPI
import KubeCore
import KubeRuntime

extension Stores {
    /// The hosts of a deployment that run either revision of a rollout, by name.
    func hosts(running run: AnalysisRun) -> [String: AnalysisRun.Host] {
        guard let deployment = deployments.store.get(ObjectKey(namespace: run.namespace, name: run.deployment)) else { return [:] }
        var cohorts: [String: AnalysisRun.Host] = [:]
        for host in hosts.store.objects(Self.hostClass, deployment.spec.hostClass)
        where deployment.spec.selector.matches(host.metadata.labels) {
            let slot = host.status.slots.first {
                $0.name == deployment.spec.slot && $0.owner.namespace == run.namespace && $0.owner.name == run.deployment
            }
            guard let active = slot?.active?.revision, active == run.canary.name || active == run.stable?.name else { continue }
            cohorts[host.metadata.name] = AnalysisRun.Host(
                isCanary: active == run.canary.name, zone: host.spec.zone ?? "", hostClass: host.spec.hostClass,
                runtimeVersion: host.spec.runtimeVersion)
        }
        return cohorts
    }
}
