import Glibc

/// The durations of one host's requests in one window.
package struct HostLatencies: Hashable, Sendable {
    package var host: String
    package var stratum: Stratum
    package var arm: Arm
    package var sketch: LatencySketch

    package init(host: String, stratum: Stratum, arm: Arm, sketch: LatencySketch) {
        self.host = host
        self.stratum = stratum
        self.arm = arm
        self.sketch = sketch
    }
}

/// Whether the canary is slower than the stable hosts beside it, at a quantile.
///
/// A request is slow when it takes longer than the quantile of what control hosts served in earlier windows of the same stratum. When the canary is
/// no slower, its requests are slow as often as theirs, whatever the distribution; a canary slower by the stated part has as many slow requests as the
/// control would have if its durations grew by that part, which its sketch tells. So it becomes a `SequentialComparison` of shares, with all that
/// this promises; long tails can't mislead it, and no distribution is assumed. For durations with a log-normal distribution a mark at the median needs
/// π/2 times the requests that a comparison of mean logarithms would need.
///
/// Until a stratum's control has served `leastRequests`, its windows only teach where the mark is.
package struct LatencyComparison: Sendable {
    package static let leastRequests = 200

    private var comparison: SequentialComparison
    /// Part of requests below the mark.
    package let quantile: Double
    private var learned: [Stratum: LatencySketch] = [:]

    /// - Parameter rule: its `smallestRegression` is a part of durations: 0.05 is 5 % slower.
    package init(rule: ComparisonRule, quantile: Double) {
        comparison = SequentialComparison(rule: rule)
        self.quantile = quantile
    }

    package var outcome: ComparisonOutcome { comparison.outcome }

    /// Takes what hosts served in one window, each host and arm once.
    package mutating func add(_ window: [HostLatencies]) {
        for (stratum, hosts) in Dictionary(grouping: window, by: \.stratum) {
            var control = learned[stratum, default: LatencySketch()]
            if let mark = mark(of: control) {
                let tallies = hosts.map { host in
                    HostTally(
                        host: host.host, stratum: stratum, arm: host.arm,
                        tally: Tally(total: host.sketch.count, bad: host.sketch.count(above: mark.bin)))
                }
                comparison.add(tallies, of: stratum, regression: mark.regression)
            }
            for host in hosts where host.arm == .control { control.merge(host.sketch) }
            learned[stratum] = control
        }
    }

    /// The bin above which durations are slow, and how many more of the control's would be if it were slower by the smallest regression.
    private func mark(of control: LatencySketch) -> (bin: Int, regression: Double)? {
        guard control.count >= Self.leastRequests, let bin = control.bin(ofQuantile: quantile) else { return nil }
        let shift = log1p(comparison.rule.smallestRegression) / LatencySketch.logGamma
        let more = control.count(above: bin, lessBins: shift) - Double(control.count(above: bin))
        return more > 0 ? (bin, more / Double(control.count)) : nil
    }
}
