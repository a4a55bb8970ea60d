import GraftAPI
import KubeCore
import KubeRuntime

/// Where each deployment is. The series end with it.
enum DeploymentMetrics {
    static let gauges: [ObjectGauge<ModuleDeployment>] = [
        ObjectGauge(ControllerMetricNames.deploymentPhase) { deployment in
            let owner = owner(deployment)
            return ModuleDeploymentStatus.Phase.allCases.map { phase in
                (owner + [("phase", phase.rawValue)], deployment.status.phase == phase ? 1 : 0)
            }
        },
        ObjectGauge(ControllerMetricNames.deploymentHosts) { deployment in
            let (owner, hosts) = (owner(deployment), deployment.status.hosts)
            return [
                ("eligible", hosts.eligible), ("updated", hosts.updated), ("active", hosts.active), ("failed", hosts.failed),
                ("skipped", hosts.skipped), ("incompatible", hosts.incompatible),
            ].map { (owner + [("state", $0.0)], Double($0.1)) }
        },
        ObjectGauge(ControllerMetricNames.distrustedHosts) { deployment in
            let (owner, trust) = (owner(deployment), deployment.status.trust)
            return [
                ("controller", trust?.revisions.reduce(0) { $0 + $1.hosts } ?? 0), ("host", trust?.hosts.distrusted ?? 0),
            ].map { (owner + [("judge", $0.0)], Double($0.1)) }
        },
        ObjectGauge(ControllerMetricNames.distrustedRevisions) { deployment in
            [(owner(deployment), Double(deployment.status.trust?.revisions.count ?? 0))]
        },
    ]

    private static func owner(_ deployment: ModuleDeployment) -> [(String, String)] {
        [("namespace", deployment.metadata.namespace ?? ""), ("name", deployment.metadata.name)]
    }
}
