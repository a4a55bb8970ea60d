import CollectedMetrics
import CoreMetrics
import Testing

@testable import Telemetry

@Suite("Sources that a registry asks when it is read") struct CollectedGaugeTests {
    private let registry = MetricsRegistry(descriptions: [MetricDescription("g", "G.")], seriesLimit: 3)

    private func collect(_ label: String, _ values: [(String, Double)]) -> MetricsCollection {
        registry.collect(GaugeSource(label) { tell in for (name, value) in values { tell([("name", name)], value) } })
    }

    private func shown(_ name: String) -> [String: SeriesValue] {
        let points = registry.snapshot().families.first { $0.name == name }?.points ?? []
        return Dictionary(uniqueKeysWithValues: points.map { ($0.labels.text, $0.value) })
    }

    @Test func `What is kept counts first, then who came first, and nothing is shown twice`() {
        Gauge(label: "g", dimensions: [("name", "a")], factory: registry).record(1)
        let first = collect("g", [("a", 2), ("b", 2)])
        let second = collect("g", [("b", 3), ("c", 3)])
        #expect(shown("g") == ["name=\"a\"": .double(1), "name=\"b\"": .double(2), "name=\"c\"": .double(3)])
        first.end()
        #expect(shown("g") == ["name=\"a\"": .double(1), "name=\"b\"": .double(3), "name=\"c\"": .double(3)])
        second.end()
        second.end()
        #expect(shown("g") == ["name=\"a\"": .double(1)])
    }

    @Test func `A metric of another kind is not mixed with gauges, nor are names of its samples`() {
        Counter(label: "c_total", factory: registry).increment()
        Timer(label: "t_seconds", factory: registry).recordSeconds(1)
        let collections = [collect("c_total", [("a", 1)]), collect("t_seconds_count", [("a", 1)])]
        #expect(shown("c_total") == ["": .integer(1)])
        #expect(shown("t_seconds_count").isEmpty)
        for collection in collections { collection.end() }
    }

    @Test func `Labels without bounds don't take all memory`() {
        let collection = collect("g", (0..<100).map { ("\($0)", 1) })
        #expect(shown("g").count == 3)
        collection.end()
    }

    @Test("However many sources tell the same series, and more than are read, the text is the same", arguments: PrometheusFormat.allCases)
    func texts(format: PrometheusFormat) {
        let registry = MetricsRegistry(descriptions: [MetricDescription("g", "G.")], seriesLimit: 40)
        var collections: [MetricsCollection] = []
        for seed in 0..<8 {
            // From a third source on there are more than forty in all, at last more than forty different ones.
            let values = (0..<20).map { number in ("\((number * 7 + seed * 11) % (20 + seed * 5))", Double(seed * 100 + number)) }
            collections.append(
                registry.collect(GaugeSource("g") { tell in for (name, value) in values { tell([("z", "1"), ("name", name)], value) } }))
            // Twice: the second is written into room for one like the first.
            for _ in 0..<2 { #expect(registry.exposition(format) == registry.snapshot().exposition(format)) }
        }
        for collection in collections { collection.end() }
    }

    @Test("Family by family the text is the same", arguments: PrometheusFormat.allCases)
    func text(format: PrometheusFormat) throws {
        Counter(label: "c_total", factory: registry).increment()
        let collection = collect("g", [("b", 1), ("a", .nan), ("c\"\n", 2.5)])
        let text = registry.exposition(format)
        #expect(text == registry.snapshot().exposition(format))
        let lines = String(decoding: text, as: UTF8.self)
        #expect(lines.contains("# HELP g G.\n# TYPE g gauge\ng{name=\"a\"} NaN\ng{name=\"b\"} 1\ng{name=\"c\\\"\\n\"} 2.5\n"))
        collection.end()
    }
}
