import Controllers
import GraftAPI
import HTTPCore
import HTTPTypes
import Harness
import KubeClient
import Logging
import OCI
import ServiceLifecycle
import Synchronization
import Testing

/// A server that takes requests and does not answer before its gate is open, and then only refuses.
private final class GatedTransport: Transport {
    private let state = Mutex((requests: 0, isOpen: false))
    var requests: Int { state.withLock { $0.requests } }

    func open() { state.withLock { $0.isOpen = true } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        state.withLock { $0.requests += 1 }
        while !state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(5)) }
        throw TransportError(.refused, "the gate is open, and nothing behind it")
    }
}

@Suite("Shutting the controller down")
struct ShutdownTests {
    @Test("works before the first lists have come, with and without an election", .timeLimit(.minutes(5)), arguments: [false, true])
    func early(electsLeader: Bool) async throws {
        let transport = GatedTransport()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let controllers = ControllerServices(
            client: try Client(transport: transport, server: "https://silent.invalid"), artifacts: RegistryClient(transport: transport),
            configuration: ControllerConfiguration(electsLeader: electsLeader), logger: logger)
        let group = ServiceGroup(configuration: .init(services: [controllers], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("everything is asked for") { transport.requests >= 7 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("lets the work in hand come to its end", .timeLimit(.minutes(5)))
    func draining() async throws {
        try await withScenario(hosts: 1, running: false) { scenario in
            let registry = GatedTransport()
            let controllers = ControllerServices(
                client: scenario.cluster.client,
                artifacts: RegistryClient(transport: registry, configuration: RegistryClient.Configuration(retry: .none)),
                configuration: ControllerConfiguration(electsLeader: false, statusInterval: .zero), logger: scenario.logger)
            let group = ServiceGroup(configuration: .init(services: [controllers], logger: scenario.logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await scenario.apply("1.0.0")
                try await eventually("the registry is asked") { registry.requests > 0 }
                await group.triggerGracefulShutdown()
                // Time for whoever would cancel what is under way.
                try await Task.sleep(for: .milliseconds(200))
                registry.open()
                try await tasks.waitForAll()
            }
            let status = try await scenario.deployments.get(Scenario.name).status
            #expect(status.message.contains("nothing behind it"))
        }
    }
}
