import Analysis
import Glibc
import Randomness

/// A fleet whose requests take log-normal times, each host with a pace of its own; agents send sketches.
package struct SimulatedLatencies: Sendable {
    package var canaryHosts = 10
    package var controlHosts = 90
    /// Standard deviation of the logarithm of durations.
    package var spread = 0.5
    /// Standard deviation of the logarithm of hosts' paces.
    package var hostSpread = 0.0
    package var regression = 0.05
    package var quantile = 0.5
    package var requests = 20
    package var windows = 60

    package init() {}

    /// As `SimulatedFleet.rollouts`, of a canary that takes `1 + lift` times as long.
    package func rollouts(_ runs: Int, lift: Double, seed: UInt64, stopping: Bool) -> SimulatedFleet.Tallies {
        var tallies = SimulatedFleet.Tallies()
        for run in 0..<runs {
            var random = SeededRandom(seed: seed &* 1_000_003 &+ UInt64(run))
            let (verdict, requests) = rollout(lift: lift, stopping: stopping, using: &random)
            tallies.runs += 1
            tallies.canaryRequests += requests
            switch verdict {
            case .worse: tallies.worse += 1
            case .same: tallies.same += 1
            case .better: tallies.better += 1
            case .notEnoughData: tallies.undecided += 1
            }
        }
        return tallies
    }

    private func rollout(lift: Double, stopping: Bool, using random: inout SeededRandom) -> (ComparisonVerdict, Int) {
        let paces = (0..<canaryHosts + controlHosts).map { index in
            log(0.05) + hostSpread * random.normal() + (index < canaryHosts ? log1p(lift) : 0)
        }
        var comparison = LatencyComparison(rule: ComparisonRule(smallestRegression: regression), quantile: quantile)
        var first: (ComparisonVerdict, Int)?
        for _ in 0..<windows {
            var window: [HostLatencies] = []
            for (index, pace) in paces.enumerated() {
                var sketch = LatencySketch()
                for _ in 0..<requests { sketch.insert(seconds: exp(pace + spread * random.normal())) }
                window.append(
                    HostLatencies(host: "host-\(index)", stratum: Stratum(), arm: index < canaryHosts ? .canary : .control, sketch: sketch))
            }
            comparison.add(window)
            let outcome = comparison.outcome
            if outcome.verdict == .worse { return (.worse, first?.1 ?? outcome.canary.total) }
            if first == nil, outcome.verdict != .notEnoughData { first = (outcome.verdict, outcome.canary.total) }
            if let first, stopping { return first }
        }
        return first ?? (.notEnoughData, comparison.outcome.canary.total)
    }
}
