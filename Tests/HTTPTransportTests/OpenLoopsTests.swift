import HTTPCore
import HTTPTypes
import Testing

@testable import HTTPTransport

@Suite("What happens to clients when their process exits", .serialized, .timeLimit(.minutes(5)))
struct OpenLoopsTests {
    @Test func `all exchanges end, all connections are closed, and no client works afterwards`() async throws {
        let loops = OpenLoops()
        let server = RawServer { connection in
            _ = connection.readHead()
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        let clients = (0..<3).map { _ in HTTPClient(HTTPClient.Configuration(), among: loops) }
        try await withThrowingTaskGroup(of: TransportError?.self) { group in
            for client in clients { group.addTask { await failure { _ = try await client.send(server.request()) } } }
            try await eventually("all requests arrive") { server.accepted == clients.count }
            loops.endAll()
            #expect(sockets(to: server.port).isEmpty)
            for try await error in group { #expect(error?.code == .closed) }
        }
        let late = HTTPClient(HTTPClient.Configuration(), among: loops)
        #expect(await failure { _ = try await late.send(server.request()) }?.code == .closed)
    }

    @Test func `a client that went before is not waited for`() async throws {
        let loops = OpenLoops()
        let client = HTTPClient(HTTPClient.Configuration(), among: loops)
        await client.shutdown()
        do { _ = HTTPClient(HTTPClient.Configuration(), among: loops) }
        loops.endAll()
    }
}
