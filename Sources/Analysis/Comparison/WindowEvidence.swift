import Glibc

/// What one window of one stratum says for "the suspect's share of bad requests is higher by `regression`", and against "it is no higher".
///
/// It is the logarithm of an e-variable: a number that is at most 1 on average when the suspect is no worse. Its form is that of Turner, Ly and
/// Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional stopping" (J. Stat. Plan. Inference 230, 2024):
/// each request counts with the likelihood of its arm under the alternative, over that of the mixture of both arms. The mean of such factors is
/// at most 1 whatever the common share is, since a geometric mean is no more than an arithmetic one.
///
/// The share that the alternative is built around is taken from the same window, so that an outage that meets both arms moves it for both. That would
/// not be allowed by itself; but it depends on the window's bad requests only by their number, and given that number, which arm they fall to
/// follows the hypergeometric distribution when nothing tells the arms apart. The mean under it is computed, and divided by where it is above 1. So
/// the mean is at most 1 exactly, for any number of requests, and windows, whose shares may all differ, multiply.
struct WindowEvidence {
    var log = 0.0
    /// The variance of `log` when nothing tells the arms apart.
    var variance = 0.0

    /// - Parameters:
    ///   - regression: a difference of shares, above 0 and below 1.
    ///   - past: what both arms served in earlier windows; it steadies the share that is taken from this one.
    init(suspect: Tally, reference: Tally, regression: Double, past: Tally) {
        let all = suspect + reference
        guard suspect.total > 0, reference.total > 0 else { return }
        let total = Double(all.total)
        let part = Double(suspect.total) / total
        let trust = Double(min(past.total, all.total))
        let share = (Double(all.bad) + trust * past.rate + 0.5) / (total + trust + 1)

        // Around the share, but between 0 and 1: of rare failures the reference keeps a part, and of nearly certain ones the suspect.
        let low = max(share - part * regression, share * Self.kept)
        let high = min(low + regression, 1 - (1 - share) * Self.kept)
        guard high > low else { return }
        let mixed = (1 - part) * low + part * high

        let tilt = logOdds(high) - logOdds(low)
        let base =
            Double(all.bad) * Glibc.log(low / mixed) + Double(reference.total - all.bad) * log1p((mixed - low) / (1 - mixed))
            + Double(suspect.total) * log1p((mixed - high) / (1 - mixed))
        let chance = Hypergeometric(population: all.total, bad: all.bad, draws: suspect.total)
        log = base + tilt * Double(suspect.bad) - max(0, base + chance.logMoment(tilt: tilt))
        variance = tilt * tilt * chance.variance
    }

    private static let kept = 0.5

    private func logOdds(_ share: Double) -> Double { Glibc.log(share) - log1p(-share) }
}
