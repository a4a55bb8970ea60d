import Agent
import Controllers
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import Rollout
import Schema
import ServiceLifecycle

/// A whole fleet in this process: API server on disk, controller, agents with hosts of memory.
struct Scenario {
    static let namespace = "payments"
    static let name = "http-filter"
    static let hostClass = "edge-proxy"

    let server: KubeServer
    let shelf: Shelf
    let counter = WriteCounter()
    let logger: Logger
    let agents: Int
    let versions: Int

    init(directory: String, agents: Int, versions: Int, logger: Logger) async throws {
        self.agents = agents
        self.versions = versions
        self.logger = logger
        server = try await KubeServer(configuration: .init(storage: .file(directory + "/api.sqlite"), logger: logger))
        shelf = try Shelf(directory: directory + "/layout")
    }

    func client(_ name: String) throws -> Client {
        try Client(
            transport: CountingTransport(base: server.inProcessTransport(user: .admin), counter: counter), server: "https://embedded",
            userAgent: name)
    }

    /// Definitions, namespaces, modules and whom to trust.
    func prepare() async throws {
        let client = try client("benchmark")
        let definitions = Api<CustomResourceDefinition>(client)
        for kind in GraftAPI.kinds {
            let definition = kind.customResourceDefinition
            _ = try await definitions.apply(definition["metadata"]?["name"]?.string ?? "", definition, manager: "benchmark")
        }
        for namespace in [Self.namespace, GraftAPI.systemNamespace, GraftAPI.agentNamespace] {
            _ = try await Api<Namespace>(client).apply(namespace, [:] as JSON, manager: "benchmark")
        }
        for version in 0..<versions { try await shelf.push("1.\(version).0") }
        _ = try await Api<VerificationPolicy>(client).apply("release", ["spec": shelf.policy.json] as JSON, manager: "benchmark")
    }

    var controller: ControllerServices {
        get throws {
            ControllerServices(
                client: try client("graft-controller"), artifacts: shelf, configuration: ControllerConfiguration(electsLeader: false),
                logger: logger)
        }
    }

    func agent(_ number: Int, state: String) throws -> AgentServices {
        var policy = SlotPolicy()
        policy.fetchSpread = .zero
        policy.returnSpread = .zero
        policy.soak = .milliseconds(200)
        let driver = MemoryDriver()
        let configuration = AgentConfiguration(
            hostClass: Self.hostClass, nodeName: "node-\(number)", runtimeVersion: "2.4.1", contract: "edge/3", labels: ["tier": "edge"],
            slots: [.init(name: "net/filter", policy: policy)], stateDirectory: "\(state)/\(number)")
        return try AgentServices(
            client: try client("graft-agent"), artifacts: shelf, configuration: configuration, transport: NoTransport(),
            driver: { _ in driver }, logger: logger)
    }

    /// Asks for a version, in one step to all.
    func apply(_ version: String) async throws {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = Self.hostClass
        spec.slot = "net/filter"
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        spec.module = Shelf.reference(version)
        spec.strategy.soakSeconds = 0
        spec.strategy.maxUnavailable = .share(.all)
        spec.strategy.steps = [.setWeight(.all)]
        _ = try await Api<ModuleDeployment>(try client("user"), namespace: Self.namespace)
            .apply(Self.name, ["spec": spec.json] as JSON, manager: "benchmark")
    }

    /// Waits until all hosts are registered and alive.
    func waitForAgents() async throws {
        let client = try client("benchmark")
        try await wait("all agents to register") {
            let leases = try await Api<Lease>(client, namespace: GraftAPI.agentNamespace).list()
            let hosts = try await Api<ModuleHost>(client).list()
            return leases.items.count >= agents && hosts.items.count >= agents
        }
    }

    /// Waits until the rollout is over for the controller too.
    func waitUntilHealthy(on version: String) async throws {
        let deployments = Api<ModuleDeployment>(try client("benchmark"), namespace: Self.namespace)
        try await wait("\(version) to be healthy") {
            let deployment = try await deployments.get(Self.name)
            return deployment.status.observedGeneration == deployment.metadata.generation && deployment.status.phase == .healthy
                && deployment.status.stable?.version == version
        }
    }

    private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while try await !condition() {
            guard .now < deadline else { throw Failure("waited in vain for \(what)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
