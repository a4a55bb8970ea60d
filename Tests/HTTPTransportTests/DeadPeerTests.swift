import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A peer that is gone and closes nothing", .timeLimit(.minutes(5)))
struct DeadPeerTests {
    private static let quick = HTTPClient.PeerCheck(after: .seconds(1), interval: .seconds(1), timeout: .seconds(2))

    @Test("is found by TCP's questions while nothing is sent")
    func silent() async throws {
        try await withServer(HTTPClient.Configuration(peerCheck: Self.quick)) { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.goSilent()
            _ = connection.waitForClose()
        } _: { server, client in
            let error = await failure { _ = try await client.send(server.request(), limits: .init(idle: nil, whole: .seconds(50))) }
            #expect(error?.code == .closed, "\(error as Any)")
            #expect(error?.message.contains("the peer no longer answers") == true, "\(error as Any)")
        }
    }

    @Test("is found by what it does not acknowledge")
    func unacknowledged() async throws {
        let check = HTTPClient.PeerCheck(after: .seconds(600), interval: .seconds(600), timeout: .seconds(2))
        try await withServer(HTTPClient.Configuration(peerCheck: check)) { connection in
            _ = connection.readHead()
            connection.goSilent()
            _ = connection.waitForClose()
        } _: { server, client in
            let body = RequestBody.bytes([UInt8](repeating: 1, count: 32 << 20))
            let limits = TransferLimits(firstByte: nil, idle: nil, whole: .seconds(50))
            let error = await failure { _ = try await client.send(server.request(.put), body: body, limits: limits) }
            #expect(error?.code == .closed, "\(error as Any)")
            #expect(error?.message.contains("the peer no longer answers") == true, "\(error as Any)")
        }
    }

    @Test("the kernel is told when to ask, how often, and when to give up")
    func options() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            _ = connection.waitForClose()
        } _: { server, client in
            try await client.withResponse(to: server.request(), body: nil, limits: .standard) { _, _ in
                let descriptor = try #require(sockets(to: server.port).first)
                func option(_ level: Int32, _ name: Int32) -> Int32 {
                    var value: Int32 = -1
                    var size = socklen_t(MemoryLayout<Int32>.size)
                    getsockopt(descriptor, level, name, &value, &size)
                    return value
                }
                #expect(option(SOL_SOCKET, SO_KEEPALIVE) == 1)
                #expect(option(Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 20)
                #expect(option(Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 10)
                #expect(option(Int32(IPPROTO_TCP), TCP_KEEPCNT) == 3)
                #expect(option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 45_000)
                #expect(option(Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
            }
        }
    }
}
