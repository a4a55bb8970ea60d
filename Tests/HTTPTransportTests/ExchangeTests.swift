import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("An exchange")
struct ExchangeTests {
    @Test("brings status, fields in their order with duplicates, and body")
    func simple() async throws {
        let heads = Mutex<[String]>([])
        try await withServer { connection in
            while let head = connection.readHead() {
                heads.withLock { $0.append(head) }
                connection.send("HTTP/1.1 201 Made\r\nX-A: 1\r\nSet-Cookie: a\r\nx-a:  2 \r\nContent-Length: 5\r\nEmpty:\r\n\r\nhello")
            }
        } _: { server, client in
            let fields: HTTPFields = [.accept: "text/plain", .authorization: "Bearer secret", .init("X-Empty")!: ""]
            let (head, body) = try await client.send(server.request(.get, "/a/../b%20c?d=e", fields))
            #expect(head.status.code == 201)
            #expect(head.headerFields[values: .init("X-A")!] == ["1", "2"])
            #expect(head.headerFields[.init("Empty")!] == "")
            #expect(body == Array("hello".utf8))
            let sent = heads.withLock { $0[0] }
            #expect(sent.hasPrefix("GET /a/../b%20c?d=e HTTP/1.1\r\nHost: \(server.authority)\r\n"))
            #expect(sent.contains("\r\nAuthorization: Bearer secret\r\n"))
            #expect(sent.contains("\r\nX-Empty:\r\n"))
            #expect(sent.contains("\r\nUser-Agent: HTTPTransport\r\n"))
            #expect(!sent.contains("Expect"))
            #expect(!sent.contains("Accept-Encoding"))
        }
    }

    @Test("passes over interim responses and trailers, and undoes chunks")
    func interimAndChunks() async throws {
        try await withServer { connection in
            while connection.readHead() != nil {
                connection.send(
                    "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-B: c\r\n d\r\n\r\n")
                connection.send("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")
            }
        } _: { server, client in
            let (head, body) = try await client.send(server.request())
            #expect(head.status == .ok)
            #expect(head.headerFields[.init("X-Early")!] == nil)
            #expect(head.headerFields[.init("X-Trailer")!] == nil)
            #expect(head.headerFields[.init("X-B")!] == "c d")
            #expect(body == Array("abcde".utf8))
        }
    }

    @Test(
        "does not follow a redirect and needs no body after HEAD, 204 and 304",
        arguments: [("GET", 302), ("HEAD", 200), ("GET", 204), ("GET", 304)])
    func bodiless(method: String, status: Int) async throws {
        try await withServer { connection in
            while connection.readHead() != nil {
                let length = status == 200 ? "Content-Length: 1000\r\n" : status == 302 ? "Content-Length: 0\r\n" : ""
                connection.send("HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\n\(length)\r\n")
            }
        } _: { server, client in
            let (head, body) = try await client.send(server.request(HTTPRequest.Method(method)!))
            #expect(head.status.code == status)
            #expect(body.isEmpty)
            _ = try await client.send(server.request(HTTPRequest.Method(method)!))
            #expect(server.accepted == 1)
        }
    }

    @Test("keeps connections, and does without one that the server closed meanwhile")
    func keptConnections() async throws {
        try await withServer { connection in
            for _ in 0..<3 {
                guard let head = connection.readHead() else { return }
                if head.hasPrefix("PUT") { _ = connection.read(100_000) }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        } _: { server, client in
            for _ in 0..<3 { #expect(try await client.send(server.request()).head.status == .ok) }
            #expect(server.accepted == 1)
            try await eventually("the server closed") { server.running == 0 }
            let large = [UInt8](repeating: 7, count: 100_000)
            #expect(try await client.send(server.request(.put), body: .bytes(large)).head.status == .ok)
            #expect(server.accepted == 2)
        }
    }

    @Test("holds the sender up while the reader does not read, and loses nothing")
    func backPressure() async throws {
        let size = 64 << 20
        let sent = Mutex(0)
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for block in 0..<(size >> 16) {
                guard connection.send([UInt8](repeating: UInt8(truncatingIfNeeded: block), count: 1 << 16)) else { return }
                sent.withLock { $0 += 1 << 16 }
            }
        } _: { server, client in
            try await client.withResponse(to: server.request(), body: nil, limits: .streaming(idle: .seconds(60))) { _, body in
                var (last, stills) = (-1, 0)
                try await eventually("the sender stands still") {
                    let now = sent.withLock { $0 }
                    stills = now == last && now > 0 ? stills + 1 : 0
                    last = now
                    return stills == 20
                }
                #expect(sent.withLock { $0 } < 24 << 20)
                var count = 0
                var isRight = true
                while let part = try await body.next() {
                    for index in stride(from: 0, to: part.count, by: 4096) {
                        isRight = isRight && part[index] == UInt8(truncatingIfNeeded: (count + index) >> 16)
                    }
                    count += part.count
                }
                #expect(count == size)
                #expect(isRight)
            }
        }
    }

    @Test("closes the connection when its body is left unread")
    func unread() async throws {
        let sawClose = Mutex(false)
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel")
            let closed = connection.waitForClose()
            sawClose.withLock { $0 = closed }
        } _: { server, client in
            let status = try await client.withResponse(to: server.request(), body: nil, limits: .standard) { head, _ in head.status }
            #expect(status == .ok)
            try await eventually("the server sees the end") { sawClose.withLock { $0 } }
        }
    }

    @Test("reaches a Unix socket")
    func unixSocket() async throws {
        let path = "/tmp/graft-http-\(getpid()).sock"
        unlink(path)
        let server = RawServer(path: path) { connection in
            while connection.readHead() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        defer {
            server.stop()
            unlink(path)
        }
        let client = HTTPClient(HTTPClient.Configuration(unixSocketPath: path))
        let request = HTTPRequest(method: .get, scheme: "http", authority: "anything", path: "/")
        #expect(try await client.send(request).body == Array("ok".utf8))
        await client.shutdown()
    }
}
