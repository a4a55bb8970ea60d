import Analysis
import Glibc
import Randomness

/// A fleet in which some hosts run a canary, and what its hosts serve in window after window.
package struct SimulatedFleet: Sendable {
    package var name: String
    package var canaryHosts: Int
    package var controlHosts: Int
    /// Share of requests that are bad on the stable revision, of an average host.
    package var share: Double
    /// How alike requests of a host are: hosts have shares of their own.
    package var correlation = 0.0
    /// What is worth catching, and what a bad canary adds.
    package var regression: Double
    /// Of an average host in a window.
    package var requests: Int
    package var windows = 60
    package var strata = 1
    /// Standard deviation of the logarithm of hosts' traffic.
    package var trafficSpread = 0.0
    /// Every tenth window a fault of the surroundings meets all hosts alike, and adds this share.
    package var outage = 0.0

    package init(_ name: String, canary: Int, control: Int, share: Double, regression: Double, requests: Int) {
        self.name = name
        canaryHosts = canary
        controlHosts = control
        self.share = share
        self.regression = regression
        self.requests = requests
    }

    package struct Tallies: Sendable {
        package var runs = 0
        package var worse = 0
        package var same = 0
        package var better = 0
        package var undecided = 0
        /// Canary requests until the first verdict, summed up.
        package var canaryRequests = 0

        package init() {}

        package func share(_ count: Int) -> Double { Double(count) / Double(max(1, runs)) }
        package var meanRequests: Double { share(canaryRequests) }
    }

    /// Rollouts of a canary that adds `lift` to each host's share. It looks after each window. `Worse` ends a rollout; with `stopping`, any verdict does; without it
    /// goes on to look, and what becomes `Worse` later counts as such.
    package func rollouts(_ runs: Int, lift: Double, seed: UInt64, stopping: Bool) -> Tallies {
        var tallies = Tallies()
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

    private struct Host {
        var name: String
        var stratum: Stratum
        var arm: Arm
        var share: Double
        var requests: Int
    }

    private func hosts(lift: Double, using random: inout SeededRandom) -> [Host] {
        (0..<canaryHosts + controlHosts).map { index in
            let zone = index % strata
            // Zones differ: from half to one and a half of the average.
            let mean = strata > 1 ? share * (0.5 + Double(zone) / Double(strata - 1)) : share
            let own = random.share(mean: mean, correlation: correlation)
            let traffic = exp(trafficSpread * random.normal() - trafficSpread * trafficSpread / 2)
            return Host(
                name: "host-\(index)", stratum: Stratum(zone: "zone-\(zone)"), arm: index < canaryHosts ? .canary : .control,
                share: min(1, own + (index < canaryHosts ? lift : 0)), requests: max(1, Int((Double(requests) * traffic).rounded())))
        }
    }

    private func rollout(lift: Double, stopping: Bool, using random: inout SeededRandom) -> (ComparisonVerdict, Int) {
        let hosts = hosts(lift: lift, using: &random)
        var comparison = SequentialComparison(rule: ComparisonRule(smallestRegression: regression))
        var first: (ComparisonVerdict, Int)?
        for window in 1...windows {
            let fault = window % 10 == 0 ? outage : 0
            comparison.add(
                hosts.map { host in
                    HostTally(
                        host: host.name, stratum: host.stratum, arm: host.arm,
                        tally: Tally(total: host.requests, bad: random.binomial(host.requests, min(1, host.share + fault))))
                })
            let outcome = comparison.outcome
            if outcome.verdict == .worse { return (.worse, first?.1 ?? outcome.canary.total) }
            if first == nil, outcome.verdict != .notEnoughData { first = (outcome.verdict, outcome.canary.total) }
            if let first, stopping { return first }
        }
        return first ?? (.notEnoughData, comparison.outcome.canary.total)
    }
}
