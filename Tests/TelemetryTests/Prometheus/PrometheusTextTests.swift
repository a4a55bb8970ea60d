import CoreMetrics
import Harness
import Randomness
import Testing

@testable import Telemetry

@Suite("Prometheus' text formats") struct PrometheusTextTests {
    private func sample() -> MetricsRegistry {
        let registry = MetricsRegistry(descriptions: [
            MetricDescription("requests_total", "Requests,\nby \"code\" and \\."),
            MetricDescription("wait_seconds", "Waiting.", unit: "seconds", bounds: [0.005, 1]), MetricDescription("plain", ""),
        ])
        Counter(label: "requests_total", dimensions: [("path", "a\"b\\c\nd"), ("code", "200")], factory: registry).increment(by: 3)
        Counter(label: "requests_total", dimensions: [("code", "100")], factory: registry).increment()
        Timer(label: "wait_seconds", dimensions: [("q", "x")], factory: registry).recordMilliseconds(20)
        Gauge(label: "plain", factory: registry).record(Double.infinity)
        return registry
    }

    @Test("0.0.4: sorted, escaped, with HELP and TYPE")
    func text() {
        #expect(
            String(decoding: sample().snapshot().exposition(.text), as: UTF8.self) == #"""
                # TYPE plain gauge
                plain +Inf
                # HELP requests_total Requests,\nby "code" and \\.
                # TYPE requests_total counter
                requests_total{code="100"} 1
                requests_total{code="200",path="a\"b\\c\nd"} 3
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{q="x",le="0.005"} 0
                wait_seconds_bucket{q="x",le="1"} 1
                wait_seconds_bucket{q="x",le="+Inf"} 1
                wait_seconds_sum{q="x"} 0.02
                wait_seconds_count{q="x"} 1

                """#)
    }

    @Test("OpenMetrics: counters are named without their suffix, units are told, and it ends")
    func openMetrics() {
        #expect(
            String(decoding: sample().snapshot().exposition(.openMetrics), as: UTF8.self) == #"""
                # TYPE plain gauge
                plain +Inf
                # HELP requests Requests,\nby \"code\" and \\.
                # TYPE requests counter
                requests_total{code="100"} 1
                requests_total{code="200",path="a\"b\\c\nd"} 3
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                # UNIT wait_seconds seconds
                wait_seconds_bucket{q="x",le="0.005"} 0
                wait_seconds_bucket{q="x",le="1.0"} 1
                wait_seconds_bucket{q="x",le="+Inf"} 1
                wait_seconds_sum{q="x"} 0.02
                wait_seconds_count{q="x"} 1
                # EOF

                """#)
    }

    @Test(
        "The header Accept decides",
        arguments: [
            (nil, .text), ("", .text), ("*/*", .text), ("application/openmetrics-text", .openMetrics), ("application/json", .text),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                .openMetrics
            ),
            ("text/plain;version=0.0.4;q=0.9, application/openmetrics-text; version=1.0.0; q=0.5", .text),
            ("application/openmetrics-text;version=2.0.0", .text), ("application/openmetrics-text;q=0", .text), (";;,,q=", .text),
        ] as [(String?, PrometheusFormat)])
    func negotiation(accept: String?, format: PrometheusFormat) { #expect(PrometheusFormat.negotiated(accept) == format) }

    @Test("Any label is read back as it was, by a reader that knows nothing of the writer", arguments: 0..<40)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let registry = MetricsRegistry(descriptions: [MetricDescription("m_total", random.nastyText(upTo: 20))])
        var expected: [[String: String]: Double] = [:]
        for _ in 0..<60 {
            var dimensions: [(String, String)] = []
            var labels: [String: String] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                let (name, value) = (random.nastyText(upTo: 3), random.nastyText())
                dimensions.append((name, value))
                let valid = MetricName.label(name)
                if !value.isEmpty, labels[valid] == nil { labels[valid] = value }
            }
            Counter(label: "m_total", dimensions: dimensions, factory: registry).increment()
            // Swift takes texts for equal that Unicode takes for equal; the format doesn't.
            expected[labels, default: 0] += 1
        }
        let family = try #require(try Exposition(registry.snapshot().exposition(.text))["m_total"])
        var found: [[String: String]: Double] = [:]
        for sample in family.samples { found[sample.labels, default: 0] += sample.value }
        #expect(found == expected)
    }

    @Test("Any name becomes one that may stand there", arguments: 0..<40)
    func names(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let registry = MetricsRegistry(descriptions: [])
        for _ in 0..<60 {
            let name = random.nastyText()
            switch Int.random(in: 0..<3, using: &random) {
            case 0: Counter(label: name, factory: registry).increment()
            case 1: Gauge(label: name, factory: registry).record(Double(bitPattern: random.next()))
            default: Timer(label: name, factory: registry).recordNanoseconds(Int64(random.next() >> 1))
            }
        }
        _ = try Exposition(registry.snapshot().exposition(.text))
    }

    @Test("Prometheus' own tool finds nothing to say against it", .enabled(if: Promtool.path != nil))
    func promtool() async throws {
        let registry = MetricsRegistry(collectors: [ProcessMetrics.collect])
        var random = SeededRandom(seed: 7)
        for description in MetricDescription.kubernetes {
            let dimensions = [("name", random.nastyText()), ("host", random.nastyText())]
            if description.name.hasSuffix("_total") {
                Counter(label: description.name, dimensions: dimensions, factory: registry).increment()
            } else if description.bounds != nil {
                Timer(label: description.name, dimensions: dimensions, factory: registry).recordSeconds(3)
            } else {
                Gauge(label: description.name, dimensions: dimensions, factory: registry).record(1)
            }
        }
        let outcome = try await Promtool.check(registry.snapshot().exposition(.text))
        // Its advice on names is not ours to take: they are the ecosystem's.
        let complaints = outcome.errors.split(separator: "\n").filter { !$0.contains("controller_runtime_") }
        #expect(complaints == [])
        #expect(outcome.status == 0 || outcome.status == 3)
    }

    @Test("Prometheus' own tool reads any label", .enabled(if: Promtool.path != nil))
    func promtoolFuzz() async throws {
        let registry = MetricsRegistry(descriptions: [MetricDescription("m_total", "M.")])
        var random = SeededRandom(seed: 8)
        for _ in 0..<2000 {
            Counter(label: "m_total", dimensions: [(random.nastyText(upTo: 3), random.nastyText())], factory: registry).increment()
        }
        let outcome = try await Promtool.check(registry.snapshot().exposition(.text))
        #expect(outcome.status == 0, "\(outcome)")
    }
}
