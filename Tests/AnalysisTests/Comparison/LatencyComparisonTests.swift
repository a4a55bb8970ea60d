import Testing

@testable import Analysis

@Suite("A comparison of latencies")
struct LatencyComparisonTests {
    /// Durations from one to two times `base`, evenly.
    private func window(_ arm: Arm, hosts: Int, base: Double, requests: Int = 200) -> [HostLatencies] {
        (0..<hosts).map { host in
            var sketch = LatencySketch()
            for request in 0..<requests { sketch.insert(seconds: base * (1 + Double(request) / Double(requests))) }
            return HostLatencies(host: "\(arm)-\(host)", stratum: Stratum(), arm: arm, sketch: sketch)
        }
    }

    private func verdicts(canary: [Double], control: [Double], quantile: Double = 0.5) -> [ComparisonVerdict] {
        var comparison = LatencyComparison(rule: ComparisonRule(smallestRegression: 0.1), quantile: quantile)
        return zip(canary, control).map { canary, control in
            comparison.add(window(.canary, hosts: 4, base: canary) + window(.control, hosts: 12, base: control))
            return comparison.outcome.verdict
        }
    }

    @Test("learns from the first window what is slow, and judges from the second one on", arguments: [0.5, 0.9])
    func judges(quantile: Double) {
        #expect(verdicts(canary: [0.1, 0.1, 0.1], control: [0.1, 0.1, 0.1], quantile: quantile).first == .notEnoughData)
        #expect(verdicts(canary: [0.1, 0.1, 0.1], control: [0.1, 0.1, 0.1], quantile: quantile).last == .same)
        #expect(verdicts(canary: [0.12, 0.12, 0.12], control: [0.1, 0.1, 0.1], quantile: quantile).last == .worse)
        #expect(verdicts(canary: [0.1, 0.1, 0.1], control: [0.13, 0.13, 0.13], quantile: quantile).last == .better)
    }

    @Test("when all hosts become slow at once, nobody is worse")
    func common() { #expect(verdicts(canary: [0.1, 0.1, 0.15, 0.15], control: [0.1, 0.1, 0.15, 0.15]).last == .same) }

    @Test("learns nothing from the canary")
    func learning() {
        var comparison = LatencyComparison(rule: ComparisonRule(smallestRegression: 0.1), quantile: 0.5)
        for _ in 0..<5 { comparison.add(window(.canary, hosts: 4, base: 1) + window(.control, hosts: 2, base: 0.1, requests: 15)) }
        #expect(comparison.outcome == ComparisonOutcome())
    }
}
