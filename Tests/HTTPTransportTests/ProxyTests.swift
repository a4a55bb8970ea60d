import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A proxy", .timeLimit(.minutes(5)))
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

    @Test("is asked for a tunnel to https, with user and password, and sees nothing of the request")
    func tunnel() async throws {
        try await HTTP2Server.run { (server, _) async throws in
            // "user:p@ss word" in base64
            let proxy = TunnelProxy(to: server.port, credentials: "Basic dXNlcjpwQHNzIHdvcmQ=")
            defer { proxy.server.stop() }
            let url = "http://user:p%40ss%20word@\(proxy.server.authority)"
            let client = HTTPClient(.init(insecureSkipVerify: true, proxy: .variables(["HTTPS_PROXY": url]), version: .http2))
            var request = HTTPRequest(method: .get, scheme: "https", authority: "api.example:6443", path: "/ok")
            request.headerFields[.authorization] = "Bearer secret"
            for _ in 0..<3 { #expect(try await client.send(request).body == Array("ok".utf8)) }
            #expect(proxy.heads.count == 1)
            let head = proxy.heads.first ?? ""
            #expect(head.hasPrefix("CONNECT api.example:6443 HTTP/1.1\r\nHost: api.example:6443\r\n"))
            #expect(!head.contains("\r\nAuthorization"))
            await client.shutdown()
        }
    }

    @Test("that refuses the password, or that nobody runs, is named without it")
    func refusals() async throws {
        let proxy = TunnelProxy(to: 1, credentials: "Basic none")
        defer { proxy.server.stop() }
        let request = HTTPRequest(method: .get, scheme: "https", authority: "api.example", path: "/")
        let client = HTTPClient(.init(proxy: .url("http://user:sesame@\(proxy.server.authority)")))
        let refused = await failure { _ = try await client.send(request) }
        #expect(refused?.code == .unreachable, "\(refused as Any)")
        #expect(refused?.message.contains("api.example:443: the proxy refuses a tunnel to it") == true, "\(refused as Any)")
        #expect(refused?.message.contains("407") == true, "\(refused as Any)")
        await client.shutdown()

        let absent = HTTPClient(.init(proxy: .url("http://user:sesame@127.0.0.1:1")))
        let nobody = await failure { _ = try await absent.send(request) }
        #expect(nobody?.code == .refused)
        #expect(nobody?.message.contains("api.example:443: the proxy 127.0.0.1:1: connection refused") == true, "\(nobody as Any)")
        for error in [refused, nobody] { #expect(error?.message.contains("sesame") == false) }
        await absent.shutdown()
    }

    @Test("is passed by for the hosts of NO_PROXY")
    func environment() async throws {
        try await Self.run { (proxy, lines) async throws in
            let variables = ["HTTP_PROXY": "http://\(proxy.authority)", "NO_PROXY": ".invalid"]
            try await Self.get(.variables(variables), "far.example")
            #expect(lines.all == ["GET http://far.example/a HTTP/1.1"])
            let error = await failure { try await Self.get(.variables(variables), "nothing.invalid") }
            #expect(error?.code == .unresolved)
            #expect(lines.all.count == 1)
        }
    }
}
