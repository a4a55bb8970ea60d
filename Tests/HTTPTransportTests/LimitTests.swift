import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A limit that passes is named", .timeLimit(.minutes(5)))
struct LimitTests {
    private static let short = Duration.milliseconds(80)

    @Test("firstByte: connected, but no answer")
    func firstByte() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            _ = connection.waitForClose()
        } _: { server, client in
            let error = await failure {
                _ = try await client.send(server.request(.put), body: .bytes([1]), limits: TransferLimits(firstByte: Self.short))
            }
            #expect(error?.code == .timeout)
            #expect(error?.message == "\(server.authority): connected, but no response within 80 ms after the request (limit: firstByte)")
        }
    }

    @Test("idle: silence in the middle of the body")
    func idle() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            _ = connection.waitForClose()
        } _: { server, client in
            let error = await failure { _ = try await client.send(server.request(), limits: .streaming(idle: Self.short)) }
            #expect(error?.code == .timeout)
            #expect(error?.message.contains("(limit: idle)") == true)
        }
    }

    @Test("idle does not count while the reader is the slow one")
    func idleWhilePaused() async throws {
        // More than the client keeps for its reader, and little enough for the sockets to take it all: a slow server is not what is tested.
        let size = 768 << 10
        let isSent = Mutex(false)
        try await withServer { connection in
            _ = connection.readHead()
            connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + [UInt8](repeating: 1, count: size))
            isSent.withLock { $0 = true }
            _ = connection.waitForClose()
        } _: { server, client in
            let count = try await client.withResponse(to: server.request(), body: nil, limits: .streaming(idle: .seconds(2))) { _, body in
                try await eventually("the server has sent all") { isSent.withLock(\.self) }
                // Longer than the limit, on purpose: it is the passing of time that is tested.
                try await Task.sleep(for: .seconds(3))
                return try await body.collect(upTo: size).count
            }
            #expect(count == size)
        }
    }

    @Test("whole: a body that drips for ever")
    func whole() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send("x") { usleep(2000) }
        } _: { server, client in
            let error = await failure { _ = try await client.send(server.request(), limits: TransferLimits(whole: Self.short)) }
            #expect(error?.code == .timeout)
            #expect(error?.message.contains("(limit: whole)") == true)
        }
    }

    @Test("connect: nobody takes the connection")
    func connect() async throws {
        // Given a listener whose queue is full, so that further connections hang
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        bindLoopback(listener)
        listen(listener, 0)
        let port = localPort(of: listener)
        var fillers: [Int32] = []
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            address.sin_port = UInt16(port).bigEndian
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = Glibc.connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        let client = HTTPClient()
        let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/")
        let error = await failure { _ = try await client.send(request, limits: TransferLimits(connect: .milliseconds(200))) }
        #expect(error?.code == .timeout)
        #expect(error?.message.contains("no connection within 200 ms (limit: connect)") == true, "\(error as Any)")
        await client.shutdown()
    }

    @Test("queue: all connections allowed are busy")
    func queued() async throws {
        let configuration = HTTPClient.Configuration(maxConnectionsPerHost: 1)
        try await withServer(configuration) { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            _ = connection.waitForClose()
        } _: { server, client in
            try await client.withResponse(to: server.request(), body: nil, limits: .streaming(idle: .seconds(30))) { _, _ in
                let error = await failure { _ = try await client.send(server.request(), limits: TransferLimits(queue: Self.short)) }
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("(limit: queue): all 1 allowed to this host are busy") == true, "\(error as Any)")
            }
        }
    }

    @Test("maxConnectionsPerHost: requests over it wait for their turn")
    func takesTurns() async throws {
        let counts = Mutex((now: 0, most: 0))
        try await withServer(HTTPClient.Configuration(maxConnectionsPerHost: 3)) { connection in
            while connection.readHead() != nil {
                counts.withLock { counts in
                    counts.now += 1
                    counts.most = max(counts.most, counts.now)
                }
                usleep(2000)
                counts.withLock { $0.now -= 1 }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        } _: { server, client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<60 { group.addTask { try await client.send(server.request()).body.count } }
                var total = 0
                for try await count in group { total += count }
                #expect(total == 120)
            }
            #expect(counts.withLock { $0.most } <= 3)
            #expect(server.accepted <= 3)
        }
    }
}
