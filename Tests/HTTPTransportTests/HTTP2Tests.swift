import HTTPCore
import HTTPTransport
import HTTPTypes
import Testing

@Suite("HTTP/2", .serialized, .timeLimit(.minutes(5)))
struct HTTP2Tests {
    private static let patient = TransferLimits(connect: .seconds(120), firstByte: nil, idle: nil, whole: nil, queue: .seconds(120))

    /// Opens so many watches, calls the body once each has its first bytes, and ends them by cancellation.
    private static func watching(
        _ count: Int, _ server: HTTP2Server, _ client: HTTPClient, path: String = "/watch",
        _ body: (_ cancelAll: () -> Void) async throws -> Void
    ) async throws {
        let begun = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do {
                        try await client.withResponse(to: server.request(path), body: nil, limits: patient) { _, body in
                            _ = try await body.next()
                            begun.add()
                            try await Task.sleep(for: .seconds(3600))
                        }
                    } catch is CancellationError {}
                }
            }
            try await eventually("all watches begin") { begun.value == count }
            try await body { group.cancelAll() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("requests one after another share one connection")
    func reuse() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            for _ in 0..<50 { #expect(try await client.send(server.request("/ok")).body == Array("ok".utf8)) }
            #expect(server.counts.connectionsOpened == 1)
            #expect(server.counts.requests == 50)
        }
    }

    @Test("cancelled watches end on the server, while others on the same connection live on")
    func cancelSome() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            try await Self.watching(1, server, client) { _ in
                try await Self.watching(19, server, client) { cancelAll in
                    #expect(server.counts.streams == 20)
                    #expect(server.counts.connections == 1)
                    cancelAll()
                    try await eventually("the server holds one watch") { server.counts.streams == 1 }
                }
                #expect(server.counts.connectionsOpened == 1)
                #expect(try await client.send(server.request("/ok")).head.status == .ok)
                #expect(server.counts.connectionsOpened == 1)
            }
            try await eventually("the server holds none") { server.counts.streams == 0 && server.counts.connections == 0 }
        }
    }

    @Test("while all others are held up by slow readers, a cancelled watch ends on the server with the next request")
    func cancelBesidesPaused() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            try await Self.watching(3, server, client, path: "/flood/\(256 << 20)") { _ in
                try await Self.standsStill(server)
                for _ in 0..<10 {
                    try await Self.watching(2, server, client) { cancelAll in
                        #expect(server.counts.streams == 5)
                        cancelAll()
                    }
                    _ = try await client.send(server.request("/ok"), limits: Self.patient)
                    try await eventually("the server holds three streams") { server.counts.streams == 3 }
                }
                // Whatever is done to write the resets lets no more of the floods in than each stream's 32 MiB.
                try await Self.standsStill(server)
                #expect(server.counts.flooded <= 3 * (33 << 20))
                #expect(server.counts.connectionsOpened == 1)
            }
            try await eventually("the server holds none") { server.counts.streams == 0 }
        }
    }

    /// Waits until flow control lets out no more.
    private static func standsStill(_ server: HTTP2Server) async throws {
        var (last, stills) = (-1, 0)
        try await eventually("the floods stand still") {
            let now = server.counts.flooded
            stills = now == last && now > 0 ? stills + 1 : 0
            last = now
            return stills == 40
        }
    }

    @Test("a limit that passes ends its stream on the server")
    func timeouts() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            try await Self.watching(1, server, client) { _ in
                let error = await failure {
                    _ = try await client.send(server.request("/never"), limits: TransferLimits(firstByte: .milliseconds(100)))
                }
                #expect(error?.code == .timeout)
                try await eventually("the server holds one watch") { server.counts.streams == 1 }
                #expect(server.counts.connectionsOpened == 1)
            }
        }
    }

    /// A new connection's limit is known only when its first frames have come: below 100, what libcurl assumes until then, more open, the more
    /// the later the frames come; but far fewer than there are requests.
    @Test("a burst opens only as many connections as its streams fill", arguments: [(100, 250, 3), (30, 100, 50)])
    func burst(maxStreams: Int, count: Int, atMost: Int) async throws {
        try await HTTP2Server.run(maxStreams: maxStreams) { (server, client) async throws in
            // The server's limit is known once it has answered.
            _ = try await client.send(server.request("/ok"))
            try await Self.watching(count, server, client) { _ in
                #expect(server.counts.streams == count)
                try await eventually("both ends know of the same connections") {
                    client.activity.connections == server.counts.connectionsOpened
                }
                #expect(server.counts.connectionsOpened <= atMost)
            }
            try await eventually("the server holds none") { server.counts.streams == 0 }
        }
    }

    @Test("with connections limited and all streams taken, requests wait for their turn, each no longer than its limit")
    func queue() async throws {
        try await HTTP2Server.run(maxStreams: 5, { $0.maxConnectionsPerHost = 2 }) { (server, client) async throws in
            _ = try await client.send(server.request("/ok"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await Self.watching(10, server, client) { cancelAll in
                    #expect(server.counts.connections == 2)
                    for _ in 0..<3 {
                        group.addTask {
                            let error = await failure {
                                _ = try await client.send(server.request("/ok"), limits: TransferLimits(queue: .milliseconds(150)))
                            }
                            #expect(error?.code == .timeout)
                            #expect(
                                error?.message.contains("(limit: queue): all 2 allowed to this host are busy") == true, "\(error as Any)")
                        }
                    }
                    for try await _ in group {}
                    for _ in 0..<20 {
                        group.addTask {
                            let head = try await client.send(server.request("/ok"), limits: Self.patient).head
                            #expect(head.status == .ok)
                        }
                    }
                    try await eventually("they wait") { client.activity.queued >= 19 }
                    cancelAll()
                }
                try await group.waitForAll()
            }
            #expect(server.counts.connections <= 2)
        }
    }

    @Test("a stream whose reader is slow does not hold up the others on its connection")
    func pausedBesidesOthers() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            try await Self.watching(1, server, client, path: "/flood/\(256 << 20)") { _ in
                try await Self.standsStill(server)
                for _ in 0..<20 { #expect(try await client.send(server.request("/ok")).body == Array("ok".utf8)) }
                #expect(server.counts.connectionsOpened == 1)
            }
        }
    }

    @Test("falls back to HTTP/1.1 with a server that offers nothing else")
    func fallback() async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            try await openssl.withServer("server") { (port) async throws in
                let client = HTTPClient(.init(trustedAuthorities: openssl.bytes("ours.pem"), proxy: .none, version: .http2))
                let request = HTTPRequest(method: .get, scheme: "https", authority: "127.0.0.1:\(port)", path: "/")
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 { group.addTask { try await client.send(request).head.status.code } }
                    for try await status in group { #expect(status == 200) }
                }
                await client.shutdown()
            }
        }
    }
}
