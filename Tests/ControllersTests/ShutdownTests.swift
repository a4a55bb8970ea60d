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

/// An API server that takes requests and never answers.
private final class SilentTransport: Transport {
    private let asked = Mutex(0)
    var requests: Int { asked.withLock { $0 } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        asked.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(3600))
        throw CancellationError()
    }
}

@Suite("Shutting the controller down")
struct ShutdownTests {
    @Test("works before the first lists have come, with and without an election", .timeLimit(.minutes(1)), arguments: [false, true])
    func early(electsLeader: Bool) async throws {
        let transport = SilentTransport()
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
}
