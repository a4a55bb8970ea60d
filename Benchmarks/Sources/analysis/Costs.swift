import Analysis
import AnalysisSimulation
import GraftAPI
import KubeCore
import Randomness

/// What one evaluation costs, and how large and how right a sketch is.
enum Costs {
    private static func time(_ rounds: Int, _ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<rounds {
            let taken = clock.measure(body)
            times.append(Double(taken.components.attoseconds) * 1e-18 + Double(taken.components.seconds))
        }
        return times.sorted()[rounds / 2]
    }

    /// Hosts in ten zones, a tenth of them canaries.
    private static func window(_ hosts: Int, _ random: inout SeededRandom) -> [HostTally] {
        (0..<hosts).map {
            HostTally(
                host: "edge-proxy.node-\($0)", stratum: Stratum(zone: "zone-\($0 / 10 % 10)"), arm: $0 % 10 == 0 ? .canary : .control,
                tally: Tally(total: 100, bad: random.binomial(100, 0.01)))
        }
    }

    static func evaluations() -> [Figure] {
        var random = SeededRandom(seed: 1)
        var figures: [Figure] = []
        for hosts in [1_000, 100_000] {
            let window = window(hosts, &random)
            var comparison = SequentialComparison(rule: ComparisonRule(smallestRegression: 0.001))
            comparison.add(window)
            let adding = time(hosts > 10_000 ? 7 : 51) { comparison.add(window) }
            var verdicts = 0
            let judging = time(51) { for _ in 0..<100 { verdicts += comparison.outcome.canaryHosts } }
            precondition(verdicts > 0)
            figures.append(
                Figure(name: "take in a window of \(hosts) hosts", aim: "", measured: "\(number(adding * 1e3, 2)) ms"))
            figures.append(
                Figure(name: "one verdict over \(hosts) hosts in 10 zones", aim: "", measured: "\(number(judging / 100 * 1e6, 1)) µs"))
        }
        var metric = AnalysisMetric()
        metric.name = "success-rate"
        metric.interval = Period(seconds: 60)
        metric.thresholds = MetricThresholds(min: 0.95)
        let gate = MetricGate(metric)
        var status = gate.initial
        let measuring = time(51) {
            for second in 0..<100 { status = gate.advance(status, by: .number(1), at: Timestamp(seconds: Int64(second))).status }
        }
        figures.append(Figure(name: "one measurement through a metric's gate", aim: "", measured: "\(number(measuring / 100 * 1e6, 2)) µs"))
        return figures
    }

    static func sketches() -> [Figure] {
        var random = SeededRandom(seed: 2)
        let durations = (0..<100_000).map { _ in 0.02 * _exp(0.8 * random.normal()) }
        var sketch = LatencySketch()
        let counting = time(21) {
            sketch = LatencySketch()
            for duration in durations { sketch.insert(seconds: duration) }
        }
        let sorted = durations.sorted()
        var error = 0.0
        for percent in 1...99 {
            let exact = sorted[percent * (sorted.count - 1) / 100]
            error = max(error, abs((sketch.quantile(Double(percent) / 100) ?? 0) - exact) / exact)
        }
        var sum = sketch
        let merging = time(21) { for _ in 0..<100 { sum.merge(sketch) } }
        let bytes = sketch.bytes
        let reading = time(21) { for _ in 0..<100 { precondition(LatencySketch(bytes: bytes) != nil) } }
        return [
            Figure(
                name: "relative error of 99 quantiles of 100,000 durations, at most", aim: "≤ 1 %", measured: percent(error, 3),
                ratio: error / 0.01),
            Figure(
                name: "bytes of such a sketch, as sent", aim: "", measured: "\(bytes.count)",
                note: "\((bytes.count + 2) / 3 * 4) as text in JSON"),
            Figure(name: "count one duration", aim: "", measured: "\(number(counting / 1e5 * 1e9, 0)) ns"),
            Figure(name: "merge such a sketch into another", aim: "", measured: "\(number(merging / 100 * 1e6, 2)) µs"),
            Figure(name: "read such a sketch", aim: "", measured: "\(number(reading / 100 * 1e6, 2)) µs"),
        ]
    }
}
