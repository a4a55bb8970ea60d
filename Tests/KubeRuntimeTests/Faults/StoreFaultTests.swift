import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Synchronization
import Testing

/// What a store promises, with a server and a network that make it hard.
@Suite struct StoreFaultTests {
    private static let byValue = StoreIndex<ConfigMap>("value") { Array($0.data.values) }

    @Test("A relist swaps in whole: whoever reads meanwhile sees one state or the other", arguments: [false, true])
    func wholeSwaps(streams: Bool) async throws {
        let names = (0..<30).map { "x\($0)" }
        try await withFaultyWorld(
            streams: streams, settings: ReflectorSettings(pageSize: 7), indices: [Self.byValue], { _ in .reset }
        ) { world in
            for name in ["a", "b", "c"] { try await world.api.delete(name) }
            let found = Recorder<String>()
            try await withThrowingTaskGroup(of: Void.self) { readers in
                for _ in 0..<3 {
                    readers.addTask {
                        while !Task.isCancelled {
                            let snapshot = world.store.snapshot()
                            if let problem = Self.mixture(snapshot.all(), snapshot.isSynced, snapshot) { found.add(problem) }
                            let isSynced = world.store.isSynced
                            if let problem = Self.mixture(world.store.all(), isSynced) { found.add(problem) }
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    }
                }
                defer { readers.cancelAll() }
                for generation in 0..<6 {
                    // Given a world that changes in every object, and a server that remembers no single change
                    world.faulty.proxy.play { _ in .reset }
                    await world.faulty.proxy.resetAll()
                    for name in names { try await world.write(name, "\(generation)") }
                    try world.faulty.server.compact()
                    try await world.faulty.cluster.createNamespace("at-\(generation)")
                    // When it comes back
                    world.faulty.proxy.play { _ in .pass }
                    try await world.settles("generation \(generation)")
                }
            }
            #expect(found.all == [])
        }
    }

    /// What is wrong with a state that must be of one generation; nil when nothing is.
    private static func mixture(_ objects: [ConfigMap], _ isSynced: Bool, _ snapshot: StoreSnapshot<ConfigMap>? = nil) -> String? {
        let generations = Set(objects.map { $0.data["value"] ?? "" })
        if generations.count > 1 { return "generations \(generations.sorted())" }
        if isSynced, objects.count != 30 { return "\(objects.count) objects" }
        guard let snapshot, let generation = generations.first else { return nil }
        let indexed = snapshot.objects(byValue, generation).count
        return indexed == objects.count && snapshot.objects(in: "default").count == indexed ? nil : "\(indexed) of \(objects.count) indexed"
    }

    @Test("What happened while away is told, deletions too", arguments: [false, true])
    func missed(streams: Bool) async throws {
        try await withFaultyWorld(streams: streams, indices: [Self.byValue]) { world in
            try await world.settles()
            #expect(Set(world.witness.told) == ["added a", "added b", "added c"])
            world.faulty.proxy.play { _ in .reset }
            await world.faulty.proxy.resetAll()
            world.witness.forget()
            try await world.muchHappens()
            try world.faulty.server.compact()
            try await world.faulty.cluster.createNamespace("later")
            #expect(world.witness.told == [])
            world.faulty.proxy.play { _ in .pass }
            try await world.settles()
            #expect(world.witness.told.sorted() == ["added c", "added d", "deleted b", "deleted c", "modified a"])
            #expect(world.store.objects(Self.byValue, "blau").map(\.metadata.name) == ["a"])
            #expect(world.store.objects(Self.byValue, "first").isEmpty)
        }
    }

    @Test("A reconcile that waits for its own write reads it, however late the watch is", arguments: [false, true])
    func ownWrites(streams: Bool) async throws {
        let isHeld = Mutex(false)
        try await withFaultyWorld(
            streams: streams, patience: nil, { $0.isWatch ? .hold { isHeld.withLock { $0 } } : .pass }
        ) { world in
            try await world.settles()
            try await eventually("the watch") { !world.watches.isEmpty }
            let tracker = WriteTracker<ObjectKey>(patience: .seconds(600))
            for round in 0..<5 {
                // Given a watch that lags behind
                isHeld.withLock { $0 = true }
                let written = try await world.api.apply("a", ["data": ["value": .string("own \(round)")]] as JSON, manager: "test")
                tracker.wrote(written.key, resourceVersion: written.metadata.resourceVersion)
                // Then a reconcile is held back,
                #expect(tracker.delay(written.key, seen: world.store.resourceVersion) != nil)
                #expect(world.store.get(written.key) != written)
                #expect(tracker.delay(world.key("b"), seen: world.store.resourceVersion) == nil, "another key is not")
                // and once it may go on, it reads what was written.
                isHeld.withLock { $0 = false }
                try await eventually("it may go on") { tracker.delay(written.key, seen: world.store.resourceVersion) == nil }
                #expect(world.store.get(written.key) == written)
            }
        }
    }

    @Test("A write that another one undid does not hold a reconcile back for ever", arguments: [false, true])
    func deletedWrites(streams: Bool) async throws {
        try await withFaultyWorld(streams: streams) { world in
            try await world.settles()
            let tracker = WriteTracker<ObjectKey>(patience: .seconds(600))
            world.faulty.proxy.play { _ in .reset }
            await world.faulty.proxy.resetAll()
            let written = try await world.api.apply("new", ["data": ["value": "own"]] as JSON, manager: "test")
            tracker.wrote(written.key, resourceVersion: written.metadata.resourceVersion)
            try await world.api.delete("new")
            world.faulty.proxy.play { _ in .pass }
            // Then it may go on: at the latest with the deletion, at the earliest with the write
            try await eventually("it may go on") { tracker.delay(written.key, seen: world.store.resourceVersion) == nil }
            try await world.settles()
            #expect(world.store.get(written.key) == nil)
        }
    }
}
