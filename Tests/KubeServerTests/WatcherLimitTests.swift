import Harness
import JSON
import KubeServer
import Testing

@Suite("Watchers that lag, leave and linger", .serialized)
struct WatcherLimitTests {
    @Test("A slow watcher gets what was queued, then its watch ends")
    func slow() async throws {
        var configuration = KubeServer.Configuration()
        configuration.watchQueueLimit = 5
        try await Way.runInProcess(configuration) { api, server async throws in
            try await api.watch(Widget.path + "?watch=true") { _, events in
                for number in 0..<20 { _ = try await api.create(Widget.path, Widget.named("w\(number)")) }
                for number in 0..<5 { _ = try await events.expect("ADDED", "w\(number)") }
                #expect(try await events.next() == nil)
            }
            #expect(server.watcherCount == 0)
        }
    }

    @Test("Bookmarks say how far a watch has come")
    func bookmarks() async throws {
        var configuration = KubeServer.Configuration()
        configuration.tick = .milliseconds(5)
        configuration.bookmarkInterval = .milliseconds(10)
        try await Way.runInProcess(configuration) { api, server async throws in
            try await api.watch(Widget.path + "?watch=true&allowWatchBookmarks=true") { _, events in
                let other = try await api.create("/api/v1/namespaces/shop/configmaps", ["metadata": ["name": "other"]])
                while let event = try await events.next() {
                    #expect(event.type == "BOOKMARK")
                    if Int64(event.version) ?? 0 >= Int64(other.version) ?? .max { break }
                }
            }
        }
    }

    @Test("A cancelled watch ends at once, and is forgotten")
    func cancelled() async throws {
        try await Way.runInProcess { api, server async throws in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await api.watch(Widget.path + "?watch=true") { _, events in
                            while try await events.next() != nil {}
                        }
                    }
                }
                try? await eventually("the watch is open") { server.watcherCount == 1 }
                group.cancelAll()
            }
            #expect(server.watcherCount == 0)
        }
    }

    @Test("A client behind a socket that goes away is noticed without an event")
    func gone() async throws {
        try await withLiveCluster { cluster, transport async throws in
            let api = API(transport: transport, authority: "127.0.0.1:\(cluster.port)", token: cluster.token)
            try await api.watch("/api/v1/namespaces?watch=true") { _, events in
                _ = try await events.next()
                #expect(cluster.server.watcherCount == 1)
            }
            try await eventually("the watch is closed") { cluster.server.watcherCount == 0 }
        }
    }

    @Test("Every watcher sees every change once, in order, whoever writes")
    func everyChangeOnce() async throws {
        var configuration = KubeServer.Configuration()
        configuration.watchQueueLimit = 100_000
        try await Way.runInProcess(configuration) { api, server async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let start = server.resourceVersion
                let writes = 8 * 40
                for writer in 0..<8 {
                    group.addTask {
                        for number in 0..<40 {
                            let name = "w\(number % 5)"
                            let size = writer * 10 + number % 10 + 1
                            // Whoever loses a race for the same object tries again, as clients do.
                            while true {
                                let answer = try await api.apply(
                                    Widget.path + "/\(name)",
                                    Widget.named(name, ["class": "\(writer)-\(number)", "size": .integer(Int64(size))]),
                                    force: true)
                                if answer.status < 300 { break }
                                #expect(answer.status == 409)
                            }
                        }
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        try await api.watch(Widget.path + "?watch=true&resourceVersion=\(start)") { _, events in
                            var last = start
                            for _ in 0..<writes {
                                let event = try #require(try await events.next())
                                let version = try #require(Int64(event.version))
                                #expect(version == last + 1)
                                last = version
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("When the server's background ends, so do its watches")
    func shutdown() async throws {
        let server = try await KubeServer()
        let api = API(transport: server.inProcessTransport())
        try await api.watch("/api/v1/namespaces?watch=true&resourceVersion=\(server.resourceVersion)") { _, events async throws in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: CancellationError.self) { try await server.run() } }
                group.cancelAll()
            }
            #expect(try await events.next() == nil)
        }
        try await api.watch("/api/v1/namespaces?watch=true&resourceVersion=\(server.resourceVersion)") { _, events async throws in
            #expect(try await events.next() == nil)
        }
    }
}
