import HTTPTransport
import Harness
import JSON
import KubeClient
import KubeCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

/// What becomes of a request that is on its way when its reconcile is cancelled, seen by a server on a socket.
@Suite struct ReconcileCancellationTests {
    enum Cause: String, CaseIterable, Sendable { case deadline, generation, deletion, cancellation }

    private func original(_ generation: Int64, _ version: Int) -> ConfigMap {
        var object = object("x", version)
        object.metadata.generation = generation
        return object
    }

    /// - Returns: from the cause until the server saw the connection close.
    private func round(_ cause: Cause, _ server: HungServer, _ client: Client) async throws -> Duration {
        let time = ManualTime()
        let writer = StoreWriter<ConfigMap>()
        let runs = Recorder<String>()
        let api = Api<ConfigMap>(client, namespace: "a")
        let controller = Controller<ObjectKey>(
            "test", triggers: [.changes(of: writer.store)], deadline: .seconds(60),
            generation: { writer.store.get($0)?.metadata.generation }, logger: silent, surroundings: time.surroundings
        ) { key in
            runs.add(writer.store.get(key)?.metadata.resourceVersion ?? "gone")
            if runs.count == 1 { try await api.mergePatch("x", ["data": ["a": "b"]] as JSON) }
            return .awaitChange
        }
        writer.replace([original(1, 1)], resourceVersion: "1")
        let before = server.closed.count
        let caused = Mutex(Duration.zero)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await controller.run() }
            defer { group.cancelAll() }
            try await eventually("the request") { server.requests.count == before + 1 }
            // The deadline's clock may start after the reconcile.
            try await eventually("the deadline is set") { time.sleepers > 0 }
            caused.withLock { $0 = Surroundings.system.now() }
            switch cause {
            case .deadline: time.advance(.seconds(60))
            case .generation: writer.apply(.modified(original(2, 2)))
            case .deletion: writer.apply(.deleted(original(1, 2)))
            case .cancellation: group.cancelAll()
            }
            try await eventually("the connection closes", every: .milliseconds(1)) { server.closed.count == before + 1 }
            if cause != .cancellation {
                // And the key runs again: at once, or after its back-off.
                try await eventually("the second run") {
                    if cause == .deadline { time.advanceToNextSleeper(within: .seconds(1)) }
                    return runs.count == 2
                }
            }
        }
        let second: [String] =
            switch cause {
            case .deadline: ["1"]
            case .generation: ["2"]
            case .deletion: ["gone"]
            case .cancellation: []
            }
        #expect(runs.all == ["1"] + second)
        let closed = try #require(server.closed.count == before + 1 ? server.closed.last : nil, "the connection is still open")
        return closed - caused.withLock(\.self)
    }

    @Test("Cancelling a reconcile ends its request on the wire", arguments: Cause.allCases)
    func wire(cause: Cause) async throws {
        let server = HungServer()
        let transport = HTTPClient(.init(proxy: .none))
        let client = try Client(transport: transport, server: server.address)
        var took: [Duration] = []
        for _ in 0..<25 { took.append(try await round(cause, server, client)) }
        took.sort()
        print("measured: \(cause) → the server sees the request end: median \(took[took.count / 2]), most \(took.last!) (aim 0.1 seconds)")
        #expect(server.requests.allSatisfy { $0.hasPrefix("PATCH /api/v1/namespaces/a/configmaps/x") })
        await transport.shutdown()
        server.stop()
    }

    @Test func `Lost leadership ends a request at once, and nothing is drained`() async throws {
        let (server, leases, time) = (HungServer(), LeaseServer(), ManualTime())
        let transport = HTTPClient(.init(proxy: .none))
        let api = Api<ConfigMap>(try Client(transport: transport, server: server.address), namespace: "a")
        let outcomes = Recorder<String>()
        let election = LeaderElection(
            client: try leases.client(), namespace: "a", name: "l", identity: "one", logger: silent, surroundings: time.surroundings
        ) {
            let controller = Controller<String>("test", triggers: [], workers: 1, logger: silent) { key in
                do { try await api.mergePatch("x", ["data": ["a": "b"]] as JSON) } catch {
                    outcomes.add("\(key): \(error)")
                    throw error
                }
                return .awaitChange
            }
            for key in ["a", "b"] { controller.enqueue(key) }
            try await controller.run()
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await #expect(throws: LeadershipLost.self) { try await election.run() } }
            try await eventually("the request") { server.requests.count == 1 }
            leases.steal("thief")
            try await eventually("it stops") {
                time.advanceToNextSleeper(within: .seconds(3), asleep: 1)
                return server.closed.count == 1
            }
            try await tasks.waitForAll()
        }
        #expect(outcomes.all == ["a: CancellationError()"], "what was cancelled is not tried again, and what waited is not begun")
        await transport.shutdown()
        server.stop()
    }

    @Test func `A graceful stop lets a request come to its answer`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let (started, goOn) = (Signal(), Signal())
            let controller = Controller<String>("test", triggers: [], workers: 1, logger: silent) { key in
                try await api.create(ConfigMap(metadata: ObjectMeta(name: "first")))
                started.fire()
                try await goOn.wait()
                try await api.create(ConfigMap(metadata: ObjectMeta(name: "second")))
                return .awaitChange
            }
            for key in ["a", "b"] { controller.enqueue(key) }
            let group = ServiceGroup(services: [controller], logger: silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await started.wait()
                await group.triggerGracefulShutdown()
                try await eventually("the shutdown arrives") { controller.queue.isShutDown }
                goOn.fire()
                try await tasks.waitForAll()
            }
            #expect(try await api.getIfPresent("second") != nil)
            #expect(controller.waiting == 0, "the other is not begun")
        }
    }

    /// A reconcile that makes two objects which are of no use without one another.
    @Test func `A reconcile that is cancelled half-way takes back what it did, and does it all when it runs again`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let time = ManualTime()
            let log = Recorder<String>()
            let controller = Controller<String>(
                "test", triggers: [], deadline: .seconds(60), logger: silent, surroundings: time.surroundings
            ) { key in
                let attempt = log.all.count { $0 == "begins" }
                log.add("begins")
                return try await withUndo(logger: silent) { undo in
                    undo.add("delete one half") {
                        log.add("takes back one half: \(try await api.deleteIfPresent("\(key)-one"))")
                    }
                    try await api.create(ConfigMap(metadata: ObjectMeta(name: "\(key)-one")))
                    undo.add("delete the other half") {
                        log.add("takes back the other half: \(try await api.deleteIfPresent("\(key)-two"))")
                    }
                    log.add("is half done")
                    // The first time the other half never comes.
                    if attempt == 0 { try await Task.sleep(for: .seconds(3600)) }
                    try await api.create(ConfigMap(metadata: ObjectMeta(name: "\(key)-two")))
                    return .awaitChange
                }
            }
            controller.enqueue("x")
            try await running([{ try await controller.run() }]) {
                try await eventually("half is done") { log.all == ["begins", "is half done"] }
                #expect(try await api.getIfPresent("x-one") != nil)
                // The deadline's clock may start after the reconcile.
                try await eventually("the deadline is set") { time.sleepers > 0 }
                time.advance(.seconds(60))
                try await eventually("it is taken back: \(log.all)") { log.count >= 4 }
                try await eventually("it runs again: \(log.all)") {
                    time.advanceToNextSleeper(within: .seconds(1))
                    return try await api.getIfPresent("x-two") != nil
                }
                #expect(try await api.getIfPresent("x-one") != nil)
            }
            #expect(
                log.all == [
                    "begins", "is half done", "takes back the other half: false", "takes back one half: true", "begins", "is half done",
                ])
        }
    }

    private struct Failed: Error {}

    @Test func `What went well is not taken back; a step that fails keeps no other from it; a step that hangs is left`() async throws {
        let (log, time) = (Recorder<String>(), ManualTime())
        let value = try await withUndo(logger: silent) { undo in
            undo.add("nothing") { log.add("never") }
            return 7
        }
        #expect(value == 7 && log.all.isEmpty)
        await #expect(throws: Failed.self) {
            try await withUndo(logger: silent) { undo in
                undo.add("one") { log.add("one") }
                undo.add("two") { throw Failed() }
                undo.add("three") { log.add("three") }
                throw Failed()
            }
        }
        #expect(log.all == ["three", "one"])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await #expect(throws: Failed.self) {
                    try await withUndo(within: .seconds(5), logger: silent, surroundings: time.surroundings) { undo in
                        undo.add("hangs") { try await Task.sleep(for: .seconds(3600)) }
                        throw Failed()
                    }
                }
            }
            try await eventually("the limit") { time.advanceToNextSleeper(within: .seconds(5)) }
            try await tasks.waitForAll()
        }
    }

    @Test func `Workers start after all stores are synced`() async throws {
        let (first, second) = (StoreWriter<ConfigMap>(), StoreWriter<ConfigMap>())
        let seen = Recorder<ObjectKey>()
        let controller = Controller<ObjectKey>(
            "test", triggers: [.changes(of: first.store), .changes(of: second.store)], logger: silent
        ) { key in
            #expect(first.store.isSynced && second.store.isSynced)
            seen.add(key)
            return .awaitChange
        }
        try await running([{ try await controller.run() }]) {
            first.replace([object("x", 1)], resourceVersion: "1")
            try await eventually("the key waits") { controller.waiting == 1 }
            for _ in 0..<50 { await Task.yield() }
            #expect(seen.all.isEmpty)
            second.replace([object("y", 1)], resourceVersion: "1")
            try await eventually("both") { Set(seen.all) == [key("x"), key("y")] }
        }
    }
}
