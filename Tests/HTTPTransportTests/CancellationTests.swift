import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("Cancellation and shutdown", .serialized, .timeLimit(.minutes(5)))
struct CancellationTests {
    /// Counts requests it has seen and connections it has seen closed.
    private final class Log: Sendable {
        let seen = Mutex(0)
        let closed = Mutex(0)
    }

    @Test("a cancelled task ends its request on the wire", arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
    func cancel(start: String) async throws {
        let log = Log()
        try await withServer { connection in
            _ = connection.readHead()
            connection.send(start)
            log.seen.withLock { $0 += 1 }
            if connection.waitForClose() { log.closed.withLock { $0 += 1 } }
        } _: { server, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await client.send(server.request()) }
                try await eventually("the request arrives") { log.seen.withLock { $0 } == 1 }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            try await eventually("the server sees the end") { log.closed.withLock { $0 } == 1 }
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        try await withServer {
            _ = $0.readHead()
        } _: { server, client in
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { await #expect(throws: CancellationError.self) { try await client.send(server.request()) } }
            }
            #expect(server.accepted == 0)
        }
    }

    @Test("a cancelled upload lets its source go")
    func cancelUpload() async throws {
        let started = Mutex(false)
        try await withServer { connection in
            _ = connection.readHead()
            started.withLock { $0 = true }
            _ = connection.waitForClose()
        } _: { server, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let body = RequestBody.stream(length: 1 << 40) {
                        try await Task.sleep(for: .seconds(3600))
                        return nil
                    }
                    _ = try await client.send(server.request(.put), body: body)
                }
                try await eventually("the request arrives") { started.withLock { $0 } }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }

    @Test("shutdown ends what is under way, and what comes later")
    func shutdown() async throws {
        let log = Log()
        try await withServer { connection in
            _ = connection.readHead()
            log.seen.withLock { $0 += 1 }
            _ = connection.waitForClose()
        } _: { server, client in
            await withTaskGroup(of: TransportError?.self) { group in
                group.addTask { await failure { _ = try await client.send(server.request()) } }
                try? await eventually("the request arrives") { log.seen.withLock { $0 } == 1 }
                await client.shutdown()
                #expect(await group.next()??.code == .closed)
            }
            let late = await failure { _ = try await client.send(server.request()) }
            #expect(late?.message == "\(server.authority): the HTTP client was shut down")
        }
    }

    @Test("sockets are closed in children")
    func closedInChildren() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            _ = connection.waitForClose()
        } _: { server, client in
            try await client.withResponse(to: server.request(), body: nil, limits: .standard) { _, _ in
                let descriptors = sockets(to: server.port)
                #expect(!descriptors.isEmpty)
                for descriptor in descriptors { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
            }
        }
    }

    @Test("hundreds of requests, a third of them cancelled, leave no socket and no thread")
    func noLeaks() async throws {
        let server = RawServer { connection in
            while let head = connection.readHead() {
                if head.hasPrefix("GET /never") { break }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        func threads() -> Int { entries(of: "/proc/self/task").count }
        let before = threads()
        do {
            let client = HTTPClient()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        guard index % 3 == 0 else {
                            _ = try await client.send(server.request())
                            return
                        }
                        await withTaskGroup(of: Void.self) { inner in
                            inner.addTask {
                                await #expect(throws: CancellationError.self) { try await client.send(server.request(.get, "/never")) }
                            }
                            await Task.yield()
                            if index % 2 == 0 { try? await Task.sleep(for: .milliseconds(2)) }
                            inner.cancelAll()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(sockets(to: server.port).count <= 300)
        }
        // The client is gone without a word; its thread and sockets follow.
        try await eventually("all sockets are closed") { sockets(to: server.port).isEmpty }
        try await eventually("the server's connections end") { server.running == 0 }
        try await eventually("the threads end") { threads() <= before + 8 }
    }

    @Test("clients that come and go leave no threads")
    func manyClients() async throws {
        let server = RawServer { connection in
            while connection.readHead() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        defer { server.stop() }
        for _ in 0..<60 {
            let client = HTTPClient()
            _ = try await client.send(server.request())
            await client.shutdown()
        }
        try await eventually("the threads end") { entries(of: "/proc/self/task").count < 40 }
        #expect(sockets(to: server.port).isEmpty)
    }
}
