import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A failed exchange")
struct FailureTests {
    @Test("says that nothing listens, and where")
    func refused() async throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        bindLoopback(descriptor)
        // Kept, so that nobody else gets the port, and never listened on.
        defer { close(descriptor) }
        let port = localPort(of: descriptor)
        let client = HTTPClient()
        let error = await failure {
            _ = try await client.send(HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/"))
        }
        #expect(error?.code == .refused)
        #expect(error?.message.hasPrefix("127.0.0.1:\(port): connection refused") == true)
        await client.shutdown()
    }

    @Test("says that a name does not resolve")
    func unresolved() async throws {
        let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
        let error = await failure {
            let request = HTTPRequest(method: .get, scheme: "http", authority: "nothing.invalid", path: "/")
            // A resolver that reaches nobody takes its time.
            _ = try await client.send(request, limits: TransferLimits(connect: .seconds(120), whole: nil))
        }
        #expect(error?.code == .unresolved)
        #expect(error?.message.contains("nothing.invalid:80: the name nothing.invalid does not resolve") == true)
        await client.shutdown()
    }

    @Test(
        "tells a broken answer from a closed connection",
        arguments: [
            ("", TransportError.Code.closed, "without a response"),
            ("SSH-2.0-OpenSSH\r\n\r\n", .malformed, "not HTTP"),
            ("HTTP/1.1 2x0 OK\r\n\r\n", .malformed, "not HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .closed, "before the response was whole"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .closed, ""),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", .malformed, "not HTTP"),
        ])
    func broken(answer: String, code: TransportError.Code, message: String) async throws {
        try await withServer { connection in
            _ = connection.readHead()
            connection.send(answer)
        } _: { server, client in
            let error = await failure { _ = try await client.send(server.request()) }
            #expect(error?.code == code, "\(error as Any)")
            #expect(error?.message.contains(message) == true, "\(error as Any)")
            #expect(error?.message.hasPrefix(server.authority) == true)
        }
    }

    @Test("is a closed connection after a reset in the body, once what came before is read")
    func reset() async throws {
        let mayReset = Mutex(false)
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            while !mayReset.withLock({ $0 }) { usleep(1000) }
            connection.reset()
        } _: { server, client in
            let error = await failure {
                try await client.withResponse(to: server.request(), body: nil, limits: .standard) { head, body in
                    #expect(head.status == .ok)
                    #expect(try await body.next() == Array("half".utf8))
                    mayReset.withLock { $0 = true }
                    _ = try await body.next()
                }
            }
            #expect(error?.code == .closed, "\(error as Any)")
        }
    }

    @Test("stops at a head without end and at a body over the caller's limit")
    func tooLarge() async throws {
        try await withServer { connection in
            guard let head = connection.readHead() else { return }
            connection.send("HTTP/1.1 200 OK\r\n")
            if head.hasPrefix("GET /head") {
                while connection.send("X-More: \(String(repeating: "a", count: 1000))\r\n") {}
            } else {
                connection.send("Content-Length: 2000\r\n\r\n" + String(repeating: "b", count: 2000))
            }
        } _: { server, client in
            let head = await failure { _ = try await client.send(server.request(.get, "/head")) }
            #expect(head?.code == .tooLarge)
            let body = await failure { _ = try await client.send(server.request(.get, "/body"), upTo: 1999) }
            #expect(body?.code == .tooLarge)
        }
    }

    @Test(
        "is refused before anything is sent when the request is none",
        arguments: [
            ("ftp", "a", "/"), ("file", "", "/etc/passwd"), ("http", "", "/"), ("http", "user@host", "/"), ("http", "host:0", "/"),
            ("http", "host:65536", "/"), ("http", "host:8x", "/"), ("http", "a/b", "/"), ("http", "[::1", "/"), ("http", "[::1]x", "/"),
            ("http", "[zz]", "/"), ("http", "a", "no-slash"), ("http", "a", "/with space"), ("http", "a", "/line\r\nX: y"),
            ("http", "a", "/#fragment"),
            ("http", "a", "/ü"),
        ])
    func unsupported(scheme: String, authority: String, path: String) async throws {
        let client = HTTPClient()
        let request = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: path)
        let error = await failure { _ = try await client.send(request) }
        #expect(error?.code == .unsupported)
        await client.shutdown()
    }

    @Test("names an address that it may not connect to, whatever name stands for it, and connects to none such")
    func forbidden() async throws {
        let asked = Mutex<[[UInt8]]>([])
        let configuration = HTTPClient.Configuration(
            proxy: .none,
            mayConnect: { address in
                asked.withLock { $0.append(address) }
                return false
            })
        try await withServer(configuration) { connection in
            Issue.record("somebody has connected")
            _ = connection.readHead()
        } _: { server, client in
            for host in ["127.0.0.1", "localhost", "127.1"] {
                let error = await failure {
                    _ = try await client.send(HTTPRequest(method: .get, scheme: "http", authority: "\(host):\(server.port)", path: "/"))
                }
                #expect(error?.code == .forbidden, "\(error as Any)")
                #expect(error?.message.hasPrefix("\(host):\(server.port): it stands for ") == true)
            }
            #expect(asked.withLock { $0.contains([127, 0, 0, 1]) })
        }
        // IPv6 addresses come whole, though nothing may listen there, or the machine have none.
        let client = HTTPClient(configuration)
        _ = await failure { _ = try await client.send(HTTPRequest(method: .get, scheme: "http", authority: "[::1]:9", path: "/")) }
        #expect(asked.withLock { $0.allSatisfy { $0 == [127, 0, 0, 1] || $0 == [UInt8](repeating: 0, count: 15) + [1] } })
        await client.shutdown()
    }
}
