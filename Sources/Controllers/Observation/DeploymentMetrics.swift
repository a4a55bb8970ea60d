import GraftAPI
import KubeCore
import KubeRuntime

/// Where each deployment is. The series end with it.
struct DeploymentMetrics: Sendable {
    private let metrics = ObjectMetrics<ObjectKey>()

    func follow(_ store: Store<ModuleDeployment>) -> Subscription { metrics.follow(store) { Self.update($0, $1) } }

    /// Another leader counts from now on.
    func end() { metrics.endAll() }

    private static func update(_ deployment: ModuleDeployment, _ metrics: ObjectMetrics<ObjectKey>) {
        let key = deployment.key
        let owner = [("namespace", key.namespace ?? ""), ("name", key.name)]
        metrics.set(
            ControllerMetricNames.deploymentPhase, of: key,
            to: ModuleDeploymentStatus.Phase.allCases.map { phase in
                (owner + [("phase", phase.rawValue)], deployment.status.phase == phase ? 1 : 0)
            })
        let hosts = deployment.status.hosts
        metrics.set(
            ControllerMetricNames.deploymentHosts, of: key,
            to: [
                ("eligible", hosts.eligible), ("updated", hosts.updated), ("active", hosts.active), ("failed", hosts.failed),
                ("skipped", hosts.skipped), ("incompatible", hosts.incompatible),
            ].map { (owner + [("state", $0.0)], Double($0.1)) })
        let trust = deployment.status.trust
        metrics.set(
            ControllerMetricNames.distrustedHosts, of: key,
            to: [
                ("controller", trust?.revisions.reduce(0) { $0 + $1.hosts } ?? 0), ("host", trust?.hosts.distrusted ?? 0),
            ].map { (owner + [("judge", $0.0)], Double($0.1)) })
        metrics.set(ControllerMetricNames.distrustedRevisions, of: key, to: [(owner, Double(trust?.revisions.count ?? 0))])
    }
}
