extension ComparisonOutcome {
    /// The numbers that the verdict was made from, for people: `canary 12 of 400 (3%) on 4 hosts, control 35 of 3600 (0.972%) on 36 hosts`.
    package var numbers: String {
        let sides = [("canary", canary, canaryHosts), ("control", control, controlHosts)].map { name, tally, hosts in
            "\(name) \(tally.bad) of \(tally.total) (\(percent(tally.rate))) on \(hosts) host\(hosts == 1 ? "" : "s")"
        }
        let least = ComparisonRule.leastHosts
        guard min(canaryHosts, controlHosts) < least else { return sides.joined(separator: ", ") }
        return sides.joined(separator: ", ") + "; wanted \(least) hosts of each with the same zone, class and runtime version"
    }

    private func percent(_ share: Double) -> String {
        let text = numberText((share * 100_000).rounded() / 1000)
        return text + "%"
    }
}
