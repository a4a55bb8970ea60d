import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A proxy", .timeLimit(.minutes(1)))
struct ProxyTests {
    /// Answers everything and keeps the first lines.
    private static func run(_ body: (RawServer, Lines) async throws -> Void) async throws {
        let lines = Lines()
        let server = RawServer { connection in
            while let head = connection.readHead() {
                lines.add(String(head.prefix { $0 != "\r\n" }))
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        defer { server.stop() }
        try await body(server, lines)
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private static func get(_ proxy: HTTPClient.Proxy, _ authority: String) async throws {
        let client = HTTPClient(HTTPClient.Configuration(proxy: proxy))
        let request = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/a")
        do {
            _ = try await client.send(request)
            await client.shutdown()
        } catch {
            await client.shutdown()
            throw error
        }
    }

    @Test("gets the whole address, except for the hosts that are reached directly")
    func explicit() async throws {
        try await Self.run { (proxy, lines) async throws in
            try await Self.get(.url("http://\(proxy.authority)", except: "direct.example,127.0.0.0/8"), "far.example")
            #expect(lines.all == ["GET http://far.example/a HTTP/1.1"])
            try await Self.run { (target, direct) async throws in
                try await Self.get(.url("http://\(proxy.authority)", except: "direct.example,127.0.0.0/8"), target.authority)
                #expect(direct.all == ["GET /a HTTP/1.1"])
                try await Self.get(.none, target.authority)
                try await Self.get(.environment, target.authority)
                #expect(direct.all.count == 3)
            }
            #expect(lines.all.count == 1)
        }
    }

    @Test("whose name does not resolve is named as the trouble")
    func unresolved() async throws {
        let error = await failure { try await Self.get(.url("http://nothing.invalid:1"), "far.example") }
        #expect(error?.code == .unresolved)
        #expect(error?.message.contains("the proxy's name does not resolve") == true, "\(error as Any)")
    }
}
