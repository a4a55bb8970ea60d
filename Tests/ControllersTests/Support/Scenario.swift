import Controllers
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import Schema
import Trust
import Verification

/// A cluster with a controller, a fleet and modules, in this process.
struct Scenario {
    let cluster: EmbeddedCluster
    let shelf: ModuleShelf
    let fleet: ObedientFleet
    let logger: Logger

    static let namespace = "payments"
    static let name = "http-filter"

    var deployments: Api<ModuleDeployment> { Api(cluster.client, namespace: Self.namespace) }
    var plans: Api<ModulePlan> { Api(cluster.client, namespace: Self.namespace) }
    var revisions: Api<ModuleRevision> { Api(cluster.client, namespace: Self.namespace) }
    var quarantines: Api<ModuleQuarantine> { Api(cluster.client) }

    /// The controller acts as a user of its own, so that its writes can be counted.
    static let controllerUser = User(name: "graft-controller", groups: ["system:masters"])

    func controller(
        _ artifacts: (any ArtifactLocator)? = nil, checks: CheckConfiguration = .none, statusInterval: Duration = .seconds(1),
        leaderGrace: Duration = .seconds(60)
    ) throws -> ControllerServices {
        ControllerServices(
            client: try cluster.client(as: Self.controllerUser), artifacts: artifacts ?? shelf,
            configuration: ControllerConfiguration(
                electsLeader: false, statusInterval: statusInterval, refusalRetry: .milliseconds(300), leaderGrace: leaderGrace),
            checks: checks,
            logger: logger)
    }

    // MARK: When

    /// Applies a manifest that asks for a version.
    @discardableResult
    func apply(
        _ version: String, steps: [Step] = [], change: (inout ModuleDeploymentSpec) -> Void = { _ in }, name: String = Scenario.name
    ) async throws -> ModuleDeployment {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        spec.module = ModuleShelf.reference(version)
        spec.strategy.soakSeconds = 0
        spec.strategy.maxUnavailable = .share(.all)
        spec.strategy.steps = steps
        change(&spec)
        return try await deployments.apply(name, ["spec": spec.json] as JSON, manager: "test")
    }

    func trust() async throws {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(
            namespaces: [Self.namespace], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/modules/**"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.releaseKey.publicKey.pem))]
        _ = try await Api<VerificationPolicy>(cluster.client).create(
            VerificationPolicy(metadata: ObjectMeta(name: "edge-modules"), spec: spec))
    }

    // MARK: Then

    func becomes(
        _ what: String, name: String = Scenario.name, within limit: Duration = .seconds(60), _ holds: (ModuleDeployment) -> Bool
    ) async throws -> ModuleDeployment {
        do {
            return try await eventually(what, within: limit) {
                let deployment = try await deployments.get(name)
                guard deployment.status.observedGeneration == deployment.metadata.generation, holds(deployment) else { return nil }
                return deployment
            }
        } catch let error as NeverHappened {
            let status = try await deployments.get(name).status
            throw NeverHappened(description: "\(error); phase \(status.phase.rawValue): \(status.message); hosts run \(fleet.versions)")
        }
    }

    @discardableResult
    func becomesHealthy(on version: String) async throws -> ModuleDeployment {
        let deployment = try await becomes("healthy on \(version)") { $0.status.phase == .healthy && $0.status.stable?.version == version }
        try await eventually("all hosts on \(version)") { fleet.versions.allSatisfy { $0 == version } }
        return deployment
    }
}

/// Runs a scenario with hosts, trusted modules 1.0.0 and 1.1.0, and a controller.
/// - Parameter leaderGrace: shorter where a deadline is to end: the controller has heard from the few hosts there are by the time it is set.
func withScenario(
    hosts: Int, running controller: Bool = true, leaderGrace: Duration = .seconds(60), _ body: (Scenario) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await withEmbeddedCluster { cluster in
            for kind in GraftAPI.kinds { try await cluster.apply(definition: kind.customResourceDefinition) }
            for namespace in [Scenario.namespace, GraftAPI.agentNamespace] { try await cluster.createNamespace(namespace) }
            let shelf = try ModuleShelf(directory: directory + "/layout")
            let fleet = ObedientFleet(try cluster.client(as: .admin, userAgent: "fleet"), logger: logger)
            let scenario = Scenario(cluster: cluster, shelf: shelf, fleet: fleet, logger: logger)
            for version in ["1.0.0", "1.1.0"] { try await shelf.push(version, signedBy: shelf.releaseKey) }
            try await scenario.trust()
            try await fleet.register(hosts)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fleet.run() }
                if controller {
                    let controller = try scenario.controller(leaderGrace: leaderGrace)
                    group.addTask { try await controller.run() }
                }
                defer { group.cancelAll() }
                try await body(scenario)
            }
        }
    }
}
