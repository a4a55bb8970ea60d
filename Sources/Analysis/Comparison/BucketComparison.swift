import Glibc

/// What one host's histogram counted in one window.
package struct HostBuckets: Hashable, Sendable {
    package var host: String
    package var stratum: Stratum
    package var arm: Arm
    package var buckets: BucketCounts

    package init(host: String, stratum: Stratum, arm: Arm, buckets: BucketCounts) {
        self.host = host
        self.stratum = stratum
        self.arm = arm
        self.buckets = buckets
    }
}

/// `LatencyComparison` for durations of which only the bucket is known.
///
/// The mark is the bound of a bucket, the nearest to the wanted quantile of what control hosts served in earlier windows: so whether a request is slow is
/// known exactly, for every host alike. How many more would be slow if durations grew by the smallest regression is estimated: durations are taken to be
/// spread evenly over the logarithm within the bucket below the mark. That says how much is worth catching; it can't make a canary worse that is none.
///
/// Hosts whose buckets have no such bound are left out of that window.
package struct BucketComparison: Sendable {
    private var comparison: SequentialComparison
    /// Part of requests below the mark.
    package let quantile: Double
    private var learned: [Stratum: BucketCounts] = [:]

    /// - Parameter rule: its `smallestRegression` is a part of durations: 0.05 is 5 % slower.
    package init(rule: ComparisonRule, quantile: Double) {
        comparison = SequentialComparison(rule: rule)
        self.quantile = quantile
    }

    package var outcome: ComparisonOutcome { comparison.outcome }

    /// Takes what hosts served in one window, each host and arm once.
    package mutating func add(_ window: [HostBuckets]) {
        for (stratum, hosts) in Dictionary(grouping: window, by: \.stratum) {
            if let mark = mark(in: stratum) {
                let tallies = hosts.compactMap { host -> HostTally? in
                    guard let slow = host.buckets.count(above: mark.bound) else { return nil }
                    let tally = Tally(told: host.buckets.total, bad: slow)
                    return HostTally(host: host.host, stratum: stratum, arm: host.arm, tally: tally)
                }
                comparison.add(tallies, of: stratum, regression: mark.regression)
            }
            for host in hosts where host.arm == .control {
                // Hosts whose buckets are others teach nothing.
                if learned[stratum] == nil { learned[stratum] = host.buckets } else { _ = learned[stratum]?.add(host.buckets) }
            }
        }
    }

    /// The bound beyond which durations are slow, and how much greater the share of those would be if all were longer by the smallest regression. Nil when
    /// too little is known, or there is no bound that tells anything.
    private func mark(in stratum: Stratum) -> (bound: Double, regression: Double)? {
        guard let control = learned[stratum], control.total >= Double(LatencyComparison.leastRequests) else { return nil }
        let growth = log1p(comparison.rule.smallestRegression)
        var below = 0.0
        var best: (bound: Double, regression: Double, distance: Double)?
        for (index, bound) in control.bounds.enumerated() where bound.isFinite {
            below += control.counts[index]
            guard bound > 0 else { continue }
            // The first bucket begins at 0; it is taken to be as wide as the next one.
            let next = index + 1 < control.bounds.count && control.bounds[index + 1].isFinite ? control.bounds[index + 1] / bound : 2
            let lower = index > 0 && control.bounds[index - 1] > 0 ? control.bounds[index - 1] : bound / next
            let crossing = control.counts[index] * min(0.9, growth / log(bound / lower)) / control.total
            let distance = abs(below / control.total - quantile)
            guard crossing > 0, best.map({ distance < $0.distance }) ?? true else { continue }
            best = (bound, crossing, distance)
        }
        return best.map { ($0.bound, $0.regression) }
    }
}
