import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

/// Each in a process of its own, so that nothing else is counted; the servers stay in this one.
@Suite("Requests cancelled at random moments", .serialized, .timeLimit(.minutes(10)))
struct LeakTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Begins so many requests, some at a time, and cancels each after up to 4 ms, a quarter of them after up to 40. Returns how many were
    /// over before that.
    private static func storm(
        _ count: Int, atOnce: Int, seed: UInt64, _ send: @escaping @Sendable (_ kind: Int) async throws -> Void
    ) async -> Int {
        let complete = Tally()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<atOnce {
                group.addTask {
                    var random = Random(state: seed &+ UInt64(worker) &* 7919)
                    for _ in 0..<(count / atOnce) {
                        let kind = Int.random(in: 0..<5, using: &random)
                        let wait = Int.random(in: 0...(Int.random(in: 0..<4, using: &random) == 0 ? 40_000 : 4000), using: &random)
                        await withTaskGroup(of: Void.self) { one in
                            one.addTask {
                                guard (try? await send(kind)) != nil else { return }
                                complete.add()
                            }
                            try? await Task.sleep(for: .microseconds(wait))
                            one.cancelAll()
                        }
                    }
                }
            }
        }
        return complete.value
    }

    /// What a storm may leave in caches of the allocator and of the runtime.
    private static let allowance = 32 << 10

    /// Raises five storms, waits after each until nothing is under way, and checks what is still held against what was before. Caches fill, and
    /// now and then something else happens; so it is enough that two of the storms leave as much as nothing. What is kept of each request, were
    /// it a few bytes, would show after every storm.
    /// - Parameter lasting: requests that are under way all the time.
    private static func check(
        _ name: String, _ count: Int, atOnce: Int, _ client: HTTPClient, lasting: Int = 0,
        isQuiet: () async throws -> Bool = { true }, _ request: @escaping @Sendable (Int) -> HTTPRequest
    ) async throws {
        func settle() async throws {
            let deadline = ContinuousClock.now + .seconds(120)
            while true {
                let activity = client.activity
                if activity.running == lasting, activity.queued == 0, activity.handles == lasting, try await isQuiet() { return }
                guard ContinuousClock.now < deadline else {
                    Issue.record("something is under way for ever: \(activity)")
                    return
                }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let send: @Sendable (Int) async throws -> Void = { _ = try await client.send(request($0)) }
        // The first requests fill caches and pools.
        _ = await storm(500, atOnce: atOnce, seed: 1, send)
        try await settle()
        let (before, kept) = (ProcessUsage.now, client.activity.connections)
        var (complete, growth) = (0, [Int]())
        for round in 1...5 {
            complete += await storm(count, atOnce: atOnce, seed: UInt64(round + 1), send)
            try await settle()
            growth.append(ProcessUsage.now.allocated - before.allocated)
        }
        let after = ProcessUsage.now
        let more = client.activity.connections - kept
        report(
            "\(name): 5 times \(count) requests, all but \(complete) cancelled; descriptors \(before.descriptors) → \(after.descriptors) "
                + "(\(more) more connections kept), threads \(before.threads) → \(after.threads), handles \(client.activity.handles), "
                + "bytes more after each storm: \(growth)")
        #expect(after.descriptors - before.descriptors <= max(0, more))
        #expect(after.threads <= before.threads + 2)
        let left = zip(growth, growth.dropFirst()).map { $1 - $0 }
        #expect(left.count { $0 < allowance } >= 2, "\(growth)")
    }

    @Test("leave no descriptor, thread, handle or byte over HTTP/1.1 (10,000 with GRAFT_LONG_TESTS=1, else 1,000)")
    func http1() async {
        reapStrays()
        let server = RawServer { connection in
            while let head = connection.readHead() {
                if head.hasPrefix("GET /0") { break }
                if head.hasPrefix("GET /1") {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                    while connection.send([UInt8](repeating: 1, count: 16 << 10)) {}
                    return
                }
                if head.hasPrefix("GET /2") { usleep(1000) }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) { [port = server.port as Int] in
            keepNoBacktraces()
            let client = HTTPClient(.init(proxy: .none))
            try await Self.check("HTTP/1.1", runsLong ? 10_000 : 1000, atOnce: 20, client) {
                HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/\($0)")
            }
            await client.shutdown()
            #expect(client.activity == HTTPClient.Activity(connectionsOpened: client.activity.connectionsOpened))
            #expect(sockets(to: port).isEmpty)
        }
        show(result)
    }

    @Test("leave no descriptor, thread, handle, stream or byte over HTTP/2 (10,000 with GRAFT_LONG_TESTS=1, else 1,000)")
    func http2() async throws {
        reapStrays()
        try await HTTP2Server.run { (server, trusting) async throws in
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                [port = server.port as Int, authorities = (trusting.configuration.trustedAuthorities ?? []) as [UInt8]] in
                keepNoBacktraces()
                let client = HTTPClient(.init(trustedAuthorities: authorities, proxy: .none, version: .http2))
                let request: @Sendable (String) -> HTTPRequest = {
                    HTTPRequest(method: .get, scheme: "https", authority: "127.0.0.1:\(port)", path: $0)
                }
                let paths = ["/never", "/flood/50000", "/watch", "/ok", "/ok"]
                // One watch lasts, so that the connection does: it is streams that are reset, not handshakes.
                try await client.withResponse(to: request("/watch"), body: nil, limits: .streaming(idle: .seconds(600))) { _, _ in
                    try await Self.check(
                        "HTTP/2", runsLong ? 10_000 : 1000, atOnce: 5, client, lasting: 1,
                        isQuiet: { try await client.send(request("/others")).body == Array("1".utf8) }
                    ) { request(paths[$0]) }
                }
                await client.shutdown()
                #expect(client.activity.connections == 0)
            }
            show(result)
            try await eventually("the server holds no stream") { server.counts.streams == 0 }
            try await eventually("the server's connections end") { server.counts.connections == 0 }
        }
    }
}
