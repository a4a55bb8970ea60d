import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Synchronization
import Testing

@Suite struct StreamingListFaultTests {
    @Test func `A streaming list is one request, and the watch goes on from it`() async throws {
        try await withFaultyWorld(streams: true, patience: nil) { world in
            try await world.store.waitUntilSynced()
            #expect(world.store.count == 3)
            try await world.muchHappens()
            try await world.settles()
            #expect(world.requests.map(\.isStreamingList) == [true])
            #expect(world.requests[0].query("resourceVersionMatch") == "NotOlderThan")
            #expect(world.requests[0].query("allowWatchBookmarks") == "true")
        }
    }

    @Test(
        "A server that refuses streaming lists is asked for pages, at once, and never again for a stream",
        arguments: [KubeServer.Configuration.StreamingLists.refused, .refusedByEvent])
    func refused(how: KubeServer.Configuration.StreamingLists) async throws {
        var configuration = KubeServer.Configuration()
        configuration.streamingLists = how
        try await withFaultyWorld(streams: true, configuration: configuration, patience: nil) { world in
            try await world.settles()
            #expect(world.time.pauses.all.filter { $0 < .seconds(1000) } == [])
            // When it must list anew
            for round in 0..<2 {
                try await eventually("the watch") { world.watches.last.map { !$0.isStreamingList } ?? false }
                let lists = world.requests.filter(\.isList).count
                world.faulty.proxy.play { $0.isWatch ? .status(410, "Expired") : .pass }
                await world.faulty.proxy.resetAll()
                try await eventually("a list") { world.requests.filter(\.isList).count > lists }
                world.faulty.proxy.play { _ in .pass }
                try await world.write("a", "\(round)")
                try await world.settles()
            }
            // Then it lists
            #expect(world.requests.filter(\.isStreamingList).count == 1)
        }
    }

    @Test func `A server that does not know streaming lists, and so never ends their beginning, is asked for pages`() async throws {
        let ignorant: ProxyPlan = .forward(ProxyFaults { _, line, _ in line.contains("initial-events-end".utf8) ? [] : [.send(line)] })
        try await withFaultyWorld(
            streams: true, settings: ReflectorSettings(initialIdle: .seconds(20)), patience: nil, { $0.isStreamingList ? ignorant : .pass }
        ) { world in
            try await world.settles()
            try await world.muchHappens()
            try await world.settles()
            #expect(world.requests.filter(\.isStreamingList).count == 1)
        }
    }

    @Test func `Objects are counted one by one and seen all at once`() async throws {
        let isHeld = Mutex(true)
        let held: ProxyPlan = .forward(
            ProxyFaults { number, line, _ in number == 2 ? [.hold { isHeld.withLock { $0 } }, .send(line)] : [.send(line)] })
        try await withFaultyWorld(streams: true, patience: nil, { $0.isStreamingList ? held : .pass }) { world in
            // Given a streaming list that stands still after two of three objects
            try await eventually("the stream") { world.requests.count == 1 }
            try await Task.sleep(for: .milliseconds(50))
            #expect(world.store.count == 0 && !world.store.isSynced)
            // When one of them changes and one is deleted meanwhile
            try await world.write("a", "second")
            try await world.api.delete("b")
            isHeld.withLock { $0 = false }
            // Then all is seen as it is
            try await world.settles()
            #expect(world.requests.count == 1)
        }
    }

    @Test func `While a streaming list is under way, what was known stays; when it breaks, pages follow`() async throws {
        try await withFaultyWorld(streams: true, settings: ReflectorSettings(idle: .milliseconds(700))) { world in
            try await world.settles()
            // Given that much is missed
            world.faulty.proxy.play { _ in .reset }
            await world.faulty.proxy.resetAll()
            try await world.muchHappens()
            try world.faulty.server.compact()
            try await world.write("a", "last")
            let known = world.store.all().count
            // When the next streaming list stands still after one object
            world.faulty.proxy.play { $0.isStreamingList ? .stall(after: 1) : $0.isList ? .reset : .pass }
            try await eventually("the stream") { world.requests.last.map(\.isList) ?? false }
            #expect(world.store.count == known)
            #expect(world.store.get(world.key("b")) != nil, "half a list deletes nothing")
            // Then pages bring the rest
            world.faulty.proxy.play { $0.isStreamingList ? .stall(after: 1) : .pass }
            try await world.settles()
        }
    }
}
