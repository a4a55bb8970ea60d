import Agent
import Controllers
import GraftAPI
import HTTPTransport
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Schema
import Testing
import Trust

extension RealCluster {
    /// In a cluster of their own, since the controller acts on every deployment that it sees.
    @Suite("Controller and agents, with no rights but their own", .withCluster, .serialized)
    struct ProgramTests {
        private static let name = "http-filter"
        private static let nodes = ["node-1", "node-2"]

        @Test("Given agents on two nodes, a signed module is rolled out in steps, promoted, and rolled back")
        func rollout() async throws {
            let cluster = try Cluster.shared
            try await withTemporaryDirectory { directory in
                let modules = try ModuleShelf(directory: directory + "/layout")
                for version in ["1.0.0", "1.1.0"] { try await modules.push(version) }
                try await Self.trust(modules, cluster.admin)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    let controller = ControllerServices(
                        client: cluster.controller, artifacts: modules, configuration: ControllerConfiguration(identity: "one"),
                        logger: Self.logger)
                    group.addTask { try await controller.run() }
                    for node in Self.nodes {
                        let agent = try await Self.agent(node, cluster, modules, directory + "/" + node)
                        group.addTask { try await agent.run() }
                    }
                    try await Self.story(cluster)
                }
            }
        }

        private static func story(_ cluster: Cluster) async throws {
            let deployments = Api<ModuleDeployment>(try cluster.tenant, namespace: Cluster.namespace)
            try await deployments.apply(name, manifest("1.0.0", steps: []), manager: "tenant")
            try await becomesHealthy(deployments, on: "1.0.0")

            try await deployments.apply(name, manifest("1.1.0", steps: [["setWeight": 50], ["pause": [:]]]), manager: "tenant")
            let paused = try await becomes(deployments, "paused at half of the hosts") { $0.phase == .paused }
            #expect(paused.summary.weight == "50%")
            let hosts = Api<ModuleHost>(cluster.admin)
            let running = try await hosts.list().items.map { $0.status.slots.first?.active?.version }
            #expect(Set(running) == ["1.0.0", "1.1.0"])

            let rollout = try #require(paused.rollout)
            let promotion: JSON = ["metadata": ["annotations": ["graft.dev/promote": .string("\(rollout.id)/\(rollout.stepIndex)")]]]
            try await deployments.mergePatch(name, promotion)
            try await becomesHealthy(deployments, on: "1.1.0")
            try await eventually("the promotion is consumed") {
                try await deployments.get(name).metadata.annotations["graft.dev/promote"] == nil
            }

            try await deployments.apply(name, manifest("1.0.0", steps: [["setWeight": 50], ["pause": [:]]]), manager: "tenant")
            try await becomesHealthy(deployments, on: "1.0.0")

            let revisions = try await Api<ModuleRevision>(cluster.admin, namespace: Cluster.namespace).list().items
            #expect(revisions.map(\.status.outcome) == [.good, .good])
            #expect(revisions.allSatisfy { $0.status.evidence.first?.authority == "release" })
            let owners = try await hosts.list().items.map { $0.metadata.ownerReferences.map { "\($0.kind) \($0.name)" } }
            #expect(Set(owners) == [["Node node-1"], ["Node node-2"]])
            let leases = try await Api<Lease>(cluster.admin, namespace: GraftAPI.agentNamespace).list().items
            #expect(Set(leases.map(\.metadata.name)) == Set(nodes))
            let events = try await Api<Event>(cluster.admin, namespace: Cluster.namespace).list().items
            #expect(events.contains { $0.regarding.kind == "ModuleDeployment" && $0.regarding.name == name })
        }

        @discardableResult
        private static func becomes(
            _ deployments: Api<ModuleDeployment>, _ what: String, _ holds: (ModuleDeploymentStatus) -> Bool
        ) async throws -> ModuleDeploymentStatus {
            do {
                return try await eventually(what, within: .seconds(60)) {
                    let deployment = try await deployments.get(name)
                    guard deployment.status.observedGeneration == deployment.metadata.generation, holds(deployment.status) else {
                        return nil
                    }
                    return deployment.status
                }
            } catch let error as NeverHappened {
                let status = try await deployments.get(name).status
                throw NeverHappened(description: "\(error); it is \(status.phase.rawValue): \(status.message) \(status.hosts.summary)")
            }
        }

        private static func becomesHealthy(_ deployments: Api<ModuleDeployment>, on version: String) async throws {
            try await becomes(deployments, "healthy on \(version)") {
                $0.phase == .healthy && $0.stable?.version == version && $0.hosts.summary == "2/2"
            }
        }

        private static func manifest(_ version: String, steps: JSON) -> JSON {
            [
                "spec": [
                    "class": "edge-proxy", "slot": "net/filter", "selector": ["matchLabels": ["tier": "edge"]],
                    "module": .string("\(ModuleShelf.repository):\(version)"),
                    "strategy": ["soakSeconds": 0, "maxUnavailable": "100%", "steps": steps],
                ]
            ]
        }

        private static func trust(_ modules: ModuleShelf, _ admin: Client) async throws {
            try await Api<VerificationPolicy>(admin).create(
                Sample.policy("edge-modules").with(
                    "spec.authorities", [["name": "release", "key": ["data": .string(modules.releaseKey.publicKey.pem)]]]))
        }

        private static func agent(_ node: String, _ cluster: Cluster, _ modules: ModuleShelf, _ directory: String) async throws
            -> AgentServices
        {
            let agent = try await NodeAgent(node: node, in: cluster)
            var slot = AgentConfiguration.Slot(name: "net/filter", directory: DirectorySettings(directory: directory + "/modules"))
            slot.policy.fetchSpread = .zero
            slot.policy.returnSpread = .zero
            return try AgentServices(
                client: agent.client, artifacts: modules,
                configuration: AgentConfiguration(
                    hostClass: "edge-proxy", nodeName: node, runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload"],
                    labels: ["tier": "edge"], slots: [slot], stateDirectory: directory + "/state"),
                transport: HTTPClient(), logger: logger)
        }

        private static var logger: Logger {
            var logger = Logger(label: "test")
            logger.logLevel = .warning
            return logger
        }
    }
}
