/// Whether the canary has a greater share of bad requests than the stable hosts beside it, judged anew with each window and as often as one likes.
///
/// A sequential probability ratio test against a stated alternative (Wald, 1945): on average it needs fewer requests than a test whose
/// size is fixed beforehand. What it adds up are e-variables (`WindowEvidence`), so that by Ville's inequality the evidence of a canary that is no worse
/// ever reaches 1/α with probability α at most: looking at each window does not raise the error (Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic
/// statistics and safe anytime-valid inference", Statistical Science 38, 2023). This is exact when requests are independent of one another.
///
/// They are not: hosts differ. The unit is therefore the host. The evidence is tempered by how much more hosts of an arm differ than
/// chance lets them (`Dispersion`), and shortened as Student's t is beside the normal distribution where few hosts tell it (`Evidence.cautious`;
/// Jennison and Turnbull, "Group sequential methods", 2000, ch. 11). With random host effects the difference of the arms, weighed by its whole
/// variance, is still a likelihood ratio in information time, so the bound holds then as well, as far as the variance is known.
///
/// Matched: canary and control are held against each other within strata, and the evidence of strata multiplies (Turner and Grünwald, "Safe sequential
/// testing and effect estimation in stratified count data", AISTATS 2023). Strata with hosts of one arm alone add nothing.
package struct SequentialComparison: Sendable {
    package let rule: ComparisonRule
    private var strata: [Stratum: StratumRecord] = [:]

    package init(rule: ComparisonRule) { self.rule = rule }

    /// Takes what hosts served in one window, each host and arm once. A host that changes arms counts as two.
    package mutating func add(_ window: [HostTally]) {
        for (stratum, tallies) in Dictionary(grouping: window, by: \.stratum) {
            add(tallies, of: stratum, regression: rule.smallestRegression)
        }
    }

    /// The same for one stratum alone, with a difference of shares of its own.
    mutating func add(_ tallies: some Sequence<HostTally>, of stratum: Stratum, regression: Double) {
        strata[stratum, default: StratumRecord()].add(tallies, regression: regression)
    }

    /// Costs a few operations for each stratum, whatever the number of hosts and windows.
    package var outcome: ComparisonOutcome {
        let matched = strata.values.filter(\.isMatched)
        var dispersion = Dispersion()
        for record in matched { record.describe(in: &dispersion) }
        var (worse, better) = (Evidence(), Evidence())
        var outcome = ComparisonOutcome()
        for record in matched {
            worse.add(dispersion.tempered(record.worse, suspect: record.canary, reference: record.control))
            better.add(dispersion.tempered(record.better, suspect: record.control, reference: record.canary))
            outcome.canary += record.canary.all
            outcome.control += record.control.all
            outcome.canaryHosts += record.canary.hosts
            outcome.controlHosts += record.control.hosts
        }
        outcome.correlation = dispersion.correlation
        outcome.logEvidence = worse.cautious(freedom: dispersion.freedom)
        guard min(outcome.canaryHosts, outcome.controlHosts) >= ComparisonRule.leastHosts else { return outcome }
        if outcome.logEvidence >= rule.upper {
            // A verdict that hangs on one host is none: it may be the host.
            if holdsWithoutWorstHost(matched) { outcome.verdict = .worse }
        } else if better.cautious(freedom: dispersion.freedom) >= rule.upper {
            outcome.verdict = .better
        } else if worse.log <= rule.lower {
            outcome.verdict = .same
        }
        return outcome
    }

    /// Whether the canary hosts but the worst one still have more bad requests than the hosts beside them.
    private func holdsWithoutWorstHost(_ matched: [StratumRecord]) -> Bool {
        var excess = 0.0
        var worst = -Double.infinity
        for record in matched {
            let usual = record.control.all.rate
            excess += Double(record.canary.all.bad) - usual * Double(record.canary.all.total)
            for tally in record.canaryHosts.values { worst = max(worst, Double(tally.bad) - usual * Double(tally.total)) }
        }
        return excess - worst > 0
    }
}

/// What is remembered of a stratum.
private struct StratumRecord: Sendable {
    private(set) var canary = ArmSums()
    private(set) var control = ArmSums()
    private(set) var worse = Evidence()
    private(set) var better = Evidence()
    private(set) var canaryHosts: [String: Tally] = [:]
    private var controlHosts: [String: Tally] = [:]

    var isMatched: Bool { canary.hosts > 0 && control.hosts > 0 }

    mutating func add(_ tallies: some Sequence<HostTally>, regression: Double) {
        let past = canary.all + control.all
        var (canaryWindow, controlWindow) = (Tally(), Tally())
        for entry in tallies {
            switch entry.arm {
            case .canary:
                canaryWindow += entry.tally
                canary.count(entry, in: &canaryHosts)
            case .control:
                controlWindow += entry.tally
                control.count(entry, in: &controlHosts)
            }
        }
        worse.add(WindowEvidence(suspect: canaryWindow, reference: controlWindow, regression: regression, past: past))
        better.add(WindowEvidence(suspect: controlWindow, reference: canaryWindow, regression: regression, past: past))
    }

    func describe(in dispersion: inout Dispersion) {
        let share = (canary.all + control.all).rate
        dispersion.add(canary, share: share)
        dispersion.add(control, share: share)
    }
}

extension ArmSums {
    fileprivate mutating func count(_ entry: HostTally, in hosts: inout [String: Tally]) {
        let before = hosts[entry.host, default: Tally()]
        let now = before + entry.tally
        hosts[entry.host] = now
        replace(before, by: now)
    }
}
