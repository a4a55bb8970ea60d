import CoreMetrics
import Testing

@testable import Telemetry

@Suite("The registry of metrics") struct MetricsRegistryTests {
    private let registry = MetricsRegistry(descriptions: [
        MetricDescription("a_seconds", "A.", unit: "seconds", bounds: [0.1, 1]), MetricDescription("b_total", "B."),
    ])

    private func exposed() throws -> Exposition { try Exposition(registry.snapshot().exposition(.text)) }

    @Test("The same name and labels are the same series, in whatever order they come")
    func same() throws {
        Counter(label: "b_total", dimensions: [("x", "1"), ("y", "2")], factory: registry).increment()
        Counter(label: "b_total", dimensions: [("y", "2"), ("x", "1")], factory: registry).increment(by: 2)
        Counter(label: "b_total", dimensions: [("x", "2")], factory: registry).increment()
        #expect(try exposed().value("b_total", ["x": "1", "y": "2"]) == 3)
        #expect(try exposed().value("b_total", ["x": "2"]) == 1)
        #expect(registry.count == 2)
    }

    @Test("A destroyed series ends for good: who still writes to it brings nothing back, and a new one begins at zero")
    func destroy() throws {
        let counter = Counter(label: "b_total", dimensions: [("x", "1")], factory: registry)
        counter.increment(by: 7)
        counter.destroy()
        counter.increment()
        #expect(registry.count == 0)
        #expect(registry.snapshot().exposition(.text).isEmpty)
        let new = Counter(label: "b_total", dimensions: [("x", "1")], factory: registry)
        #expect(try exposed().value("b_total", ["x": "1"]) == 0)
        counter.destroy()  // the old one again: the new one is another
        new.increment()
        #expect(try exposed().value("b_total", ["x": "1"]) == 1)
    }

    @Test("Handles of every kind end their series")
    func destroyAll() {
        let handles: [() -> Void] = [
            { Counter(label: "c", factory: registry).destroy() }, { FloatingPointCounter(label: "d", factory: registry).destroy() },
            { Gauge(label: "e", factory: registry).destroy() }, { Recorder(label: "f", factory: registry).destroy() },
            { Meter(label: "g", factory: registry).destroy() }, { Timer(label: "h", factory: registry).destroy() },
        ]
        for destroy in handles { destroy() }
        #expect(registry.count == 0)
        // The names are free again, for metrics of any kind.
        Gauge(label: "c", factory: registry).record(1)
        Counter(label: "h_count", factory: registry).increment()
        #expect(registry.count == 2)
        #expect(registry.conflicts == 0)
    }

    @Test("Timers count in seconds, in the buckets of their name; a value on a bound is in the bucket below")
    func timers() throws {
        let timer = Timer(label: "a_seconds", factory: registry)
        for milliseconds in [50, 100, 101, 1000, 5000] { timer.recordMilliseconds(Int64(milliseconds)) }
        let exposed = try exposed()
        #expect(exposed["a_seconds"]?.type == "histogram")
        #expect(exposed["a_seconds"]?.help == "A.")
        #expect(exposed.value("a_seconds_bucket", ["le": "0.1"]) == 2)
        #expect(exposed.value("a_seconds_bucket", ["le": "1"]) == 4)
        #expect(exposed.value("a_seconds_bucket", ["le": "+Inf"]) == 5)
        #expect(exposed.value("a_seconds_count") == 5)
        #expect(abs((exposed.value("a_seconds_sum") ?? 0) - 6.251) < 1e-9)
    }

    @Test("Gauges hold the newest value, meters a balance, recorders a distribution")
    func gauges() throws {
        let gauge = Gauge(label: "temperature", factory: registry)
        gauge.record(3)
        gauge.record(-1.5)
        let meter = Meter(label: "workers", factory: registry)
        meter.increment(by: 3)
        meter.decrement()
        Recorder(label: "sizes", factory: registry).record(42)
        let exposed = try exposed()
        #expect(exposed.value("temperature") == -1.5)
        #expect(exposed.value("workers") == 2)
        #expect(exposed.value("sizes_bucket", ["le": "50"]) == 1)
        #expect(exposed.value("sizes_bucket", ["le": "25"]) == 0)
    }

    @Test("A name that is taken by another kind is given a series that nobody reads")
    func conflicts() throws {
        Counter(label: "x", factory: registry).increment()
        Gauge(label: "x", factory: registry).record(5)
        Timer(label: "x", factory: registry).recordSeconds(1)
        Timer(label: "latency", factory: registry).recordSeconds(1)
        Gauge(label: "latency_count", factory: registry).record(5)
        FloatingPointCounter(label: "x", factory: registry).increment(by: 5)
        #expect(registry.conflicts == 4)
        #expect(try exposed().value("x") == 1)
        #expect(try exposed().families.map(\.name) == ["latency", "x"])
    }

    @Test("Labels without bounds do not take all memory")
    func limit() {
        let registry = MetricsRegistry(descriptions: [], seriesLimit: 10)
        for number in 0..<25 { Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry).increment() }
        #expect(registry.count == 10)
        #expect(registry.overflow == 15)
    }

    @Test("Series come and go from many tasks at once, and none is left")
    func concurrently() async {
        let registry = registry
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<300 {
                        let dimensions = [("n", "\((task + round) % 20)")]
                        let counter = Counter(label: "b_total", dimensions: dimensions, factory: registry)
                        counter.increment()
                        if round % 10 == 0 { _ = registry.snapshot() }
                        counter.destroy()
                    }
                }
            }
        }
        #expect(registry.count == 0)
    }

    @Test("Empty labels are none, and names become valid ones")
    func names() throws {
        Counter(
            label: "9.lives-of cats", dimensions: [("le", "1"), ("__name__", "2"), ("a.b", "3"), ("a-b", "4"), ("no", "")],
            factory: registry
        )
        .increment()
        #expect(
            try exposed().families.first?.samples == [
                Exposition.Sample(name: "_9_lives_of_cats", labels: ["exported_le": "1", "exported___name__": "2", "a_b": "3"], value: 1)
            ])
    }

    @Test("What the kernel says of the process is exposed with the rest")
    func process() throws {
        let registry = MetricsRegistry(collectors: [ProcessMetrics.collect])
        let exposed = try Exposition(registry.snapshot().exposition(.text))
        for name in ["process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds", "process_cpu_seconds_total"] {
            #expect((exposed.value(name) ?? 0) > 0, "\(name)")
        }
    }
}
