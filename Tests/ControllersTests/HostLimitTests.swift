import GraftAPI
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import Randomness
import Testing

@testable import Controllers

@Suite("How many hosts of a node count")
struct HostLimitTests {
    func host(_ number: Int, node: String = "node-1", age: Int) -> ModuleHost {
        var spec = ModuleHostSpec()
        spec.hostClass = "class-\(number)"
        spec.nodeName = node
        var metadata = ObjectMeta(name: "class-\(number).\(node)")
        metadata.creationTimestamp = Timestamp(seconds: Int64(1_000_000 - age))
        return ModuleHost(metadata: metadata, spec: spec)
    }

    func writer(_ hosts: [ModuleHost]) -> StoreWriter<ModuleHost> {
        let writer = StoreWriter<ModuleHost>(indices: [Stores.hostNode])
        writer.replace(hosts, resourceVersion: "1")
        return writer
    }

    @Test func `sixteen count, the youngest of more do not`() {
        let sixteen = (10..<26).map { host($0, age: $0) }
        let others = (10..<20).map { host($0, node: "node-2", age: 0) }
        #expect(HostLimit.uncounted(in: writer(sixteen + others).store).isEmpty)
        // By name they would come first.
        let youngest = [host(0, age: 9), host(1, age: 8)]
        let uncounted = HostLimit.uncounted(in: writer(youngest + sixteen + others).store)
        #expect(Set(uncounted.map(\.metadata.name)) == ["class-0.node-1", "class-1.node-1"])
    }

    @Test("Crowded nodes are found as hosts come and go, as if all nodes were looked at", arguments: 1...10)
    func followed(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let writer = writer([])
        var version = 1
        for _ in 0..<400 {
            version += 1
            var host = host(Int.random(in: 0..<24, using: &random), node: "node-\(Int.random(in: 0..<3, using: &random))", age: 0)
            host.metadata.creationTimestamp = Timestamp(seconds: Int64(Int.random(in: 0..<8, using: &random)))
            host.metadata.resourceVersion = "\(version)"
            writer.apply(Int.random(in: 0..<4, using: &random) == 0 ? .deleted(host) : .modified(host))
            let uncounted = Set(HostLimit.uncounted(in: writer.store).map(\.key))
            let one = Set(writer.store.all().filter { !HostLimit.isCounted($0, in: writer.store) }.map(\.key))
            let byNode = Dictionary(grouping: writer.store.all(), by: \.spec.nodeName).values
            #expect(uncounted == one && uncounted.count == byNode.reduce(0) { $0 + max(0, $1.count - HostLimit.perNode) })
        }
    }

    @Test func `when one goes, the next takes its place`() {
        let gone = host(100, age: 50)
        let left = writer((10..<26).map { host($0, age: $0) }).store
        #expect(HostLimit.newlyCounted(without: gone, in: left).map(\.metadata.name) == ["class-10.node-1"])
        #expect(HostLimit.newlyCounted(without: gone, in: writer([host(1, age: 1)]).store).isEmpty)
    }

    @Test func `each is told of once, and again when it was counted in between`() {
        let (limit, one, two) = (HostLimit(), host(1, age: 1), host(2, age: 2))
        #expect(limit.untold(of: [one]).map(\.key) == [one.key])
        #expect(limit.untold(of: [one, two]).map(\.key) == [two.key])
        #expect(limit.untold(of: [two]).isEmpty)
        #expect(limit.untold(of: [one, two]).map(\.key) == [one.key])
    }

    @Test func `a node with too many is told of, and its surplus gets no say`() async throws {
        try await withScenario(hosts: 2) { scenario in
            let hosts = Api<ModuleHost>(scenario.cluster.client)
            for number in 0..<HostLimit.perNode {
                var spec = ModuleHostSpec()
                spec.hostClass = number == HostLimit.perNode - 1 ? "edge-proxy" : "class-\(number)"
                spec.nodeName = "crowded"
                _ = try await hosts.create(
                    ModuleHost(metadata: ObjectMeta(name: "\(spec.hostClass).crowded", labels: ["tier": "edge"]), spec: spec))
            }
            var spec = ModuleHostSpec()
            spec.hostClass = "late"
            spec.nodeName = "crowded"
            _ = try await hosts.create(ModuleHost(metadata: ObjectMeta(name: "late.crowded", labels: ["tier": "edge"]), spec: spec))
            try await scenario.apply("1.0.0") { $0.hostClass = "late" }
            let waiting = try await scenario.becomes("decided on") { !$0.status.message.isEmpty }
            #expect(waiting.status.hosts.eligible == 0)
            try await eventually("an event") {
                try await Api<Event>(scenario.cluster.client, namespace: "default").list().items.contains {
                    $0.reason == "TooManyHosts" && $0.note.contains("late.crowded is not counted")
                }
            }
        }
    }
}
