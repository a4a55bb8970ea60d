import GraftAPI
import HTTPCore
import HTTPTypes
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import Synchronization
import Testing

@testable import Agent

/// Does something between what the server did and its answer to a write of a status, the first time.
private struct InterruptedTransport: Transport {
    let base: any Transport
    let interruption: Interruption

    final class Interruption: Sendable {
        private let body = Mutex<(@Sendable () async throws -> Void)?>(nil)

        func set(_ body: @escaping @Sendable () async throws -> Void) { self.body.withLock { $0 = body } }
        func take() -> (@Sendable () async throws -> Void)? { body.withLock { $0.take() } }
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try await base.withResponse(to: request, body: body, limits: limits) { response, body in
            if request.method == .patch, request.path?.contains("/status") == true { try await interruption.take()?() }
            return try await handle(response, &body)
        }
    }
}

@Suite("Who registers a host and writes its status")
struct HostReporterTests {
    @Test("tells a host that was deleted before the answer to a write came all of it again")
    func goneBeforeTheAnswer() async throws {
        try await AgentBench.run { bench in
            let configuration = bench.configuration()
            let interruption = InterruptedTransport.Interruption()
            let client = try bench.cluster.client { InterruptedTransport(base: $0, interruption: interruption) }
            let reflector = Reflector(Api<ModuleHost>(bench.cluster.client), logger: .silent)
            let reporter = HostReporter(
                client: client, configuration: configuration, features: [], contact: Contact(), hosts: reflector.store, logger: .silent,
                surroundings: .system)
            let hosts = Api<ModuleHost>(bench.cluster.client)
            let gone = Mutex<String?>(nil)
            interruption.set {
                let uid = try await hosts.get(configuration.hostName).metadata.uid
                try await hosts.delete(configuration.hostName)
                gone.withLock { $0 = uid }
                reporter.hostIsGone()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reflector.run() }
                group.addTask { try await reporter.run() }
                defer { group.cancelAll() }
                reporter.report(ReportStateMachineTests().report(.active))
                let status = try await eventually("the host is there again, with its status") { () -> SlotStatus? in
                    guard let old = gone.withLock(\.self), let host = try await hosts.getIfPresent(configuration.hostName) else {
                        return nil
                    }
                    return host.metadata.uid == old ? nil : host.status.slots.first
                }
                #expect(status.target?.state == .active)
            }
        }
    }
}
