import HTTPCore
import HTTPTypes
import Harness
import KubeClient
import KubeServer
import Synchronization
import Testing

@testable import Controllers

@Suite("Tokens of agents")
struct AgentTokensTests {
    /// Passes requests on when it is told to, and counts those that wait for it.
    private struct HeldTransport: Transport {
        final class Hold: Sendable {
            let state = Mutex((waiting: 0, most: 0, isOpen: false))
        }

        let transport: any Transport
        let hold: Hold

        func withResponse<Result>(
            to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
            _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
        ) async throws -> Result {
            hold.state.withLock {
                $0.waiting += 1
                $0.most = max($0.most, $0.waiting)
            }
            defer { hold.state.withLock { $0.waiting -= 1 } }
            while !hold.state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(5)) }
            return try await transport.withResponse(to: request, body: body, limits: limits, handle)
        }
    }

    @Test func `a fleet that comes at once is reviewed a few at a time, and nobody is sent away`() async throws {
        let hosts = AgentTokens.mostReviews * 3
        try await withEmbeddedCluster(KubeServer.Configuration(tokens: StreamWorld.tokens(hosts))) { cluster in
            let hold = HeldTransport.Hold()
            let client = try Client(
                transport: HeldTransport(transport: cluster.server.inProcessTransport(user: .admin), hold: hold),
                server: "https://embedded.invalid", userAgent: "test")
            let tokens = AgentTokens(client: client, surroundings: TestClock().surroundings)
            try await withThrowingTaskGroup(of: (Int, AgentTokens.Verdict).self) { group in
                for number in 0..<hosts { group.addTask { (number, try await tokens.verdict(on: "Bearer token-\(number)")) } }
                try await eventually("as many as may be are reviewed") { hold.state.withLock { $0.waiting == AgentTokens.mostReviews } }
                hold.state.withLock { $0.isOpen = true }
                for try await (number, verdict) in group { #expect(verdict == .node("node-\(number)")) }
            }
            #expect(hold.state.withLock { $0.most } <= AgentTokens.mostReviews)
        }
    }

    @Test func `an API server that answers nothing sends agents away after a while, and they are told to come again`() async throws {
        try await withEmbeddedCluster(KubeServer.Configuration(tokens: StreamWorld.tokens(40))) { cluster in
            let hold = HeldTransport.Hold()
            let client = try Client(
                transport: HeldTransport(transport: cluster.server.inProcessTransport(user: .admin), hold: hold),
                server: "https://embedded.invalid", userAgent: "test")
            let tokens = AgentTokens(client: client, surroundings: TestClock().surroundings)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<AgentTokens.mostReviews {
                    group.addTask { _ = try await tokens.verdict(on: "Bearer token-\(number)") }
                }
                try await eventually("as many as may be are reviewed") { hold.state.withLock { $0.waiting == AgentTokens.mostReviews } }
                guard case .refused(let refusal) = try await tokens.verdict(on: "Bearer token-39") else {
                    Issue.record("wanted a refusal")
                    return
                }
                #expect(refusal.status == 429 && refusal.reason == .busy)
                group.cancelAll()
            }
        }
    }
}
