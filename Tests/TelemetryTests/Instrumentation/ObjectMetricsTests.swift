import CoreMetrics
import Glibc
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import Testing

@testable import Telemetry

@Suite("Metrics of objects end with them") struct ObjectMetricsTests {
    private let registry = MetricsRegistry(descriptions: [])

    private func metrics<Owner: Hashable & Sendable>(_: Owner.Type) -> ObjectMetrics<Owner> { ObjectMetrics(factory: registry) }

    private func object(_ number: Int, version: Int? = nil) -> ConfigMap {
        let metadata = ObjectMeta(
            name: "object-\(number)", namespace: "a", uid: "uid-\(number)", resourceVersion: "\(version ?? number + 1)")
        return ConfigMap(metadata: metadata, data: [:])
    }

    private static let update: @Sendable (ConfigMap, ObjectMetrics<ObjectKey>) -> Void = { object, metrics in
        let name = ("name", object.metadata.name)
        metrics.set("phase", of: object.key, to: [([name, ("phase", "Healthy")], 1), ([name, ("phase", "Paused")], 0)])
        metrics.count("changes_total", of: object.key, [name])
    }

    @Test("10,000 objects come and go, half by events, half by a list that no longer has them: no series is left, at once")
    func tenThousand() throws {
        let count = 10_000
        let writer = StoreWriter<ConfigMap>()
        let metrics = metrics(ObjectKey.self)
        let subscription = metrics.follow(writer.store, Self.update)
        defer { subscription.cancel() }
        for round in 1...2 {
            let version = round * 2 * count
            writer.replace((0..<count).map { object($0) }, resourceVersion: "\(version)")
            #expect(registry.count == count * 3)
            for number in 0..<count / 2 { writer.apply(.deleted(object(number, version: version + number + 1))) }
            #expect(registry.count == count / 2 * 3)
            writer.replace([], resourceVersion: "\(version + count)")
            #expect(registry.count == 0)
            #expect(metrics.count == 0)
            #expect(registry.snapshot().exposition(.text).isEmpty)
        }
    }

    @Test("The same over a real watch: within a minute of the last deletion no series is left")
    func overAWatch() async throws {
        let count = getenv("GRAFT_LONG_TESTS") == nil ? 300 : 10_000
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let reflector = Reflector<ConfigMap>(api, logger: silent)
            let metrics = metrics(ObjectKey.self)
            let subscription = metrics.follow(reflector.store, Self.update)
            defer { subscription.cancel() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reflector.run() }
                defer { group.cancelAll() }
                for number in 0..<count { try await api.create(ConfigMap(metadata: ObjectMeta(name: "object-\(number)"))) }
                try await eventually("all series") { registry.count == count * 3 }
                for number in 0..<count { try await api.delete("object-\(number)") }
                try await eventually("no series", within: .seconds(60)) { registry.count == 0 }
            }
        }
    }

    @Test("What comes late for an object that is gone brings nothing back")
    func late() {
        let metrics = metrics(String.self)
        metrics.set("g", of: "a", to: [([("name", "a")], 1)])
        #expect(registry.count == 0)
        metrics.begin("a")
        metrics.set("g", of: "a", to: [([("name", "a")], 1)])
        metrics.count("c_total", of: "a", [("name", "a")])
        #expect(registry.count == 2)
        metrics.end("a")
        metrics.set("g", of: "a", to: [([("name", "a")], 1)])
        metrics.count("c_total", of: "a", [("name", "a")])
        #expect(registry.count == 0)
    }

    @Test("Gauges of a name are exactly those that were set last")
    func replaced() throws {
        let metrics = metrics(String.self)
        metrics.begin("a")
        metrics.set("slot", of: "a", to: [([("state", "Fetching")], 1), ([("slot", "x")], 2)])
        metrics.set("slot", of: "a", to: [([("state", "Active")], 1), ([("slot", "x")], 3)])
        let exposed = try Exposition(registry.snapshot().exposition(.text))
        #expect(exposed["slot"]?.samples.count == 2)
        #expect(exposed.value("slot", ["state": "Active"]) == 1)
        #expect(exposed.value("slot", ["slot": "x"]) == 3)
    }

    @Test("Objects that are ended while others write, from many tasks, leave nothing behind")
    func concurrently() async {
        let metrics = metrics(Int.self)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<400 {
                        let owner = (task + round) % 10
                        metrics.begin(owner)
                        metrics.set("g", of: owner, to: [([("n", "\(owner)")], Double(round))])
                        metrics.count("c_total", of: owner, [("n", "\(owner)")])
                        metrics.end(owner)
                    }
                }
            }
        }
        #expect(registry.count == 0)
        #expect(metrics.count == 0)
    }

    @Test("When it is another's turn to count, all series end")
    func endAll() {
        let metrics = metrics(Int.self)
        for owner in 0..<10 {
            metrics.begin(owner)
            metrics.set("g", of: owner, to: [([("n", "\(owner)")], 1)])
        }
        metrics.endAll()
        #expect(registry.count == 0)
        // A subscriber that is just being told of an object does not know yet.
        metrics.begin(3)
        metrics.set("g", of: 3, to: [([("n", "3")], 1)])
        #expect(registry.count == 0 && metrics.count == 0)
    }
}
