import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

/// Each in a process of its own, so that nothing else is counted.
@Suite("Memory and sockets of a process", .serialized, .timeLimit(.minutes(10)))
struct MemoryTests {
    /// The most anonymous memory that was seen.
    private struct Peak {
        private(set) var bytes = ProcessUsage.anonymous
        mutating func look() { bytes = max(bytes, ProcessUsage.anonymous) }
    }

    @Test("HTTP/1.1: however much a server sends, a slow reader costs the same (1 GiB with GRAFT_LONG_TESTS=1, else 256 MiB)")
    func slowReader() async {
        reapStrays()
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let size = runsLong ? 1 << 30 : 256 << 20
            let block = [UInt8](repeating: 7, count: 256 << 10)
            try await withServer { connection in
                _ = connection.readHead()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                for _ in 0..<(size / block.count) { guard connection.send(block) else { return } }
            } _: { server, client in
                try await client.withResponse(to: server.request(), body: nil, limits: .streaming(idle: .seconds(60))) { _, body in
                    try await Task.sleep(for: .milliseconds(200))
                    let before = ProcessUsage.anonymous
                    var (peak, count, sinceLook) = (Peak(), 0, 0)
                    while let part = try await body.next() {
                        count += part.count
                        sinceLook += part.count
                        guard sinceLook > 8 << 20 else { continue }
                        sinceLook = 0
                        // Being slow is what is tested.
                        try await Task.sleep(for: .milliseconds(10))
                        peak.look()
                    }
                    #expect(count == size)
                    report(
                        "slow reader, HTTP/1.1: \(size >> 20) MiB, anonymous \(before >> 10) kB at first, \(peak.bytes >> 10) kB at most")
                    #expect(peak.bytes - before < 16 << 20)
                }
            }
        }
        show(result)
    }

    @Test("HTTP/2: a slow reader costs at most the 32 MiB that libcurl grants a stream ahead")
    func slowReaderHTTP2() async {
        reapStrays()
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let size = runsLong ? 512 << 20 : 128 << 20
            try await HTTP2Server.run { (server, client) async throws in
                try await client.withResponse(to: server.request("/flood/\(size)"), body: nil, limits: .streaming(idle: .seconds(60))) {
                    _, body in
                    let before = ProcessUsage.anonymous
                    var (last, stills) = (-1, 0)
                    try await eventually("the sender stands still") {
                        let now = server.counts.flooded
                        stills = now == last && now > 0 ? stills + 1 : 0
                        last = now
                        return stills == 40
                    }
                    // Nobody reads the connection. Others on it make libcurl read it, and keep what is not theirs.
                    let alone = last
                    for _ in 0..<50 { _ = try await client.send(server.request("/ok")) }
                    last = -1
                    try await eventually("the sender stands still") {
                        let now = server.counts.flooded
                        stills = now == last ? stills + 1 : 0
                        last = now
                        return stills == 40
                    }
                    #expect(server.counts.connectionsOpened == 1)
                    #expect(last <= 33 << 20)
                    var (peak, count, sinceLook) = (Peak(), 0, 0)
                    while let part = try await body.next() {
                        count += part.count
                        sinceLook += part.count
                        guard sinceLook > 8 << 20 else { continue }
                        sinceLook = 0
                        try await Task.sleep(for: .milliseconds(10))
                        peak.look()
                    }
                    #expect(count == size)
                    report(
                        "slow reader, HTTP/2: \(size >> 20) MiB, \(alone >> 10) kB sent ahead, \(last >> 10) kB with other requests beside it, anonymous \(before >> 10) kB at first, "
                            + "\(peak.bytes >> 10) kB at most, server included")
                    #expect(peak.bytes - before < 160 << 20)
                }
            }
        }
        show(result)
    }

    @Test("every socket of a client, and what wakes its thread, is closed in children")
    func closedInChildren() async {
        reapStrays()
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            // The listing itself had a descriptor, whose number is free again.
            let inherited = Set(entries(of: "/proc/self/fd")).filter { fcntl(Int32($0) ?? -1, F_GETFD) >= 0 }
            try await withServer { connection in
                while connection.readHead() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
            } _: { server, client in
                let others = (0..<3).map { _ in HTTPClient() }
                for client in [client] + others { _ = try await client.send(server.request()) }
                var sockets = 0
                for descriptor in Set(entries(of: "/proc/self/fd")).subtracting(inherited).compactMap({ Int32($0) }) {
                    var kind: Int32 = 0
                    var size = socklen_t(MemoryLayout<Int32>.size)
                    guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 else { continue }
                    sockets += 1
                    // What the test's own server accepted is not the client's.
                    guard localPort(of: descriptor) != server.port else { continue }
                    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "descriptor \(descriptor)")
                }
                // One connection and one pair for each client, the listener, and its ends of the connections.
                #expect(sockets >= 4 * 3 + 1 + 4)
                for client in others { await client.shutdown() }
            }
        }
        show(result)
    }
}
