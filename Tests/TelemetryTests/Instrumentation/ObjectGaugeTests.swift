import CoreMetrics
import KubeCore
import KubeRuntime
import Randomness
import Testing

@testable import Telemetry

@Suite("Gauges that are read from objects") struct ObjectGaugeTests {
    private let registry = MetricsRegistry(descriptions: [MetricDescription("phase", "Where it is.")])

    private static let gauges: [ObjectGauge<ConfigMap>] = [
        ObjectGauge("phase") { object in
            ["Healthy", "Paused"].map { phase in
                ([("name", object.metadata.name), ("phase", phase)], object.data["phase"] == phase ? 1 : 0)
            }
        },
        // As many as it says: some have none.
        ObjectGauge("parts") { object in
            (0..<(Int(object.data["parts"] ?? "") ?? 0)).map { ([("name", object.metadata.name), ("part", "\($0)")], Double($0)) }
        },
    ]

    private func object(_ name: String, _ version: Int, phase: String = "Healthy", parts: Int = 0) -> ConfigMap {
        ConfigMap(
            metadata: ObjectMeta(name: name, namespace: "a", uid: "uid-\(name)", resourceVersion: "\(version)"),
            data: ["phase": phase, "parts": "\(parts)"])
    }

    private func values(_ registry: MetricsRegistry) -> [String: SeriesValue] {
        var values: [String: SeriesValue] = [:]
        for family in registry.snapshot().families {
            for point in family.points { values["\(family.name){\(point.labels.text)}"] = point.value }
        }
        return values
    }

    @Test func `10,000 objects come, change and go, and nothing is kept of them between two readings`() {
        let writer = StoreWriter<ConfigMap>()
        let subscription = writer.store.show(Self.gauges, factory: registry)
        let count = 10_000
        writer.replace((0..<count).map { object("o-\($0)", $0 + 1) }, resourceVersion: "\(count)")
        #expect(registry.count == 0)
        #expect(values(registry).count == 2 * count)
        writer.apply(.modified(object("o-7", count + 1, phase: "Paused", parts: 1)))
        #expect(values(registry)["phase{name=\"o-7\",phase=\"Paused\"}"] == .double(1))
        #expect(values(registry)["phase{name=\"o-7\",phase=\"Healthy\"}"] == .double(0))
        #expect(values(registry)["parts{name=\"o-7\",part=\"0\"}"] == .double(0))
        writer.replace([object("o-8", count + 2)], resourceVersion: "\(count + 2)")
        #expect(values(registry).count == 2)
        subscription.cancel()
        #expect(values(registry).isEmpty && registry.snapshot().families.isEmpty)
    }

    @Test("A factory that is asked and one that keeps series show the same, whatever happens", arguments: 1...200)
    func same(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let writer = StoreWriter<ConfigMap>()
        let kept = MetricsRegistry(descriptions: [])
        let subscriptions = [
            writer.store.show(Self.gauges, factory: registry), writer.store.show(Self.gauges, factory: KeepingFactory(registry: kept)),
        ]
        var version = 0
        func any() -> ConfigMap {
            version += 1
            return object(
                "o-\(Int.random(in: 0..<6, using: &random))", version,
                phase: ["Healthy", "Paused", "Other"].randomElement(using: &random)!, parts: Int.random(in: 0..<4, using: &random))
        }
        for _ in 0..<30 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: writer.apply(.deleted(any()))
            case 1:
                let list = (0..<Int.random(in: 0..<5, using: &random)).map { _ in any() }
                writer.replace(list, resourceVersion: "\(version)")
            default: writer.apply(.modified(any()))
            }
            #expect(values(registry) == values(kept), "seed \(seed)")
        }
        for subscription in subscriptions { subscription.cancel() }
        #expect(kept.count == 0 && values(registry).isEmpty)
    }
}

/// One that can't be asked to read anything.
private struct KeepingFactory: MetricsFactory {
    let registry: MetricsRegistry

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.makeCounter(label: label, dimensions: dimensions)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        registry.makeRecorder(label: label, dimensions: dimensions, aggregate: aggregate)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.makeTimer(label: label, dimensions: dimensions)
    }
    func destroyCounter(_ handler: any CounterHandler) { registry.destroyCounter(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { registry.destroyRecorder(handler) }
    func destroyTimer(_ handler: any TimerHandler) { registry.destroyTimer(handler) }
}
