import Glibc

/// Sums over the hosts of one arm, from which follows how much more they differ than chance lets them. It is kept up to date host by host.
struct ArmSums: Hashable {
    private(set) var hosts = 0
    private(set) var all = Tally()
    private var totalSquares = 0.0
    private var badSquares = 0.0

    /// A host served more: what it had served before, and what it has served by now.
    mutating func replace(_ before: Tally, by now: Tally) {
        if before.total == 0, now.total > 0 { hosts += 1 }
        all += Tally(total: now.total - before.total, bad: now.bad - before.bad)
        add(now, 1)
        add(before, -1)
    }

    private mutating func add(_ tally: Tally, _ sign: Double) {
        guard tally.total > 0 else { return }
        let (total, bad) = (Double(tally.total), Double(tally.bad))
        totalSquares += sign * total * total
        badSquares += sign * bad * bad / total
    }

    /// Requests of an average request's host: with equal hosts what each served.
    var hostSize: Double { all.total > 0 ? totalSquares / Double(all.total) : 0 }
    /// Hosts that would be as good as these if they served equally much (Kish).
    var effectiveHosts: Double { hostSize > 0 ? Double(all.total) / hostSize : 0 }
    /// Σ (bad − rate · total)² / total over the hosts.
    var residual: Double { max(0, badSquares - all.rate * Double(all.bad)) }
}

/// How alike requests of the same host are: the intraclass correlation of beta-binomial counts, by moments from Pearson's statistic within arms
/// (Williams, "Extra-binomial variation in logistic linear models", Applied Statistics 31, 1982). 0 when hosts differ no more than by chance.
///
/// It makes n requests of m hosts worth n / (1 + (n/m - 1) · correlation) independent ones, in the manner of Rao and Scott, "A simple method for
/// the analysis of clustered binary data" (Biometrics 48, 1992).
struct Dispersion {
    private var pearson = 0.0
    private var expected = 0.0
    private var slope = 0.0
    /// Hosts beyond the first of each arm: what the estimate stands on.
    private(set) var freedom = 0.0

    /// One arm of a stratum. `share`: of bad requests in both arms.
    mutating func add(_ arm: ArmSums, share: Double) {
        guard arm.hosts > 0, share > 0, share < 1 else { return }
        pearson += arm.residual / (share * (1 - share))
        expected += Double(arm.hosts - 1)
        slope += Double(arm.all.total - arm.hosts) - (arm.hostSize - 1)
        freedom += arm.effectiveHosts - 1
    }

    var correlation: Double { slope > 0 ? min(1, max(0, (pearson - expected) / slope)) : 0 }

    /// What evidence of a stratum is worth, with these hosts.
    func tempered(_ evidence: Evidence, suspect: ArmSums, reference: ArmSums) -> Evidence {
        let inflation = inflation(suspect, reference)
        let variance = evidence.variance / inflation
        let skewness = skewness(suspect, reference) * pow(1 - 1 / inflation, 1.5)
        return Evidence(log: evidence.log / inflation, variance: variance, skew: skewness * pow(variance, 1.5))
    }

    /// How many times the variance of the difference between two arms is what it would be if all requests were independent.
    private func inflation(_ left: ArmSums, _ right: ArmSums) -> Double {
        let (leftPart, rightPart) = (1 / Double(left.all.total), 1 / Double(right.all.total))
        let extra = leftPart * max(0, left.hostSize - 1) + rightPart * max(0, right.hostSize - 1)
        return 1 + correlation * extra / (leftPart + rightPart)
    }

    /// The skewness of the difference between the mean shares of two arms' hosts, when shares of hosts have a beta distribution. Of rare failures it is
    /// large: few hosts have most of them, and may all be in the smaller arm.
    private func skewness(_ left: ArmSums, _ right: ArmSums) -> Double {
        let share = (left.all + right.all).rate
        guard correlation > 0, correlation < 1, share > 0, share < 1 else { return 0 }
        let size = 1 / correlation - 1
        let ofHosts = 2 * (1 - 2 * share) * sqrt(size + 1) / ((size + 2) * sqrt(share * (1 - share)))
        let (leftPart, rightPart) = (1 / left.effectiveHosts, 1 / right.effectiveHosts)
        return ofHosts * (leftPart * leftPart - rightPart * rightPart) / pow(leftPart + rightPart, 1.5)
    }
}
