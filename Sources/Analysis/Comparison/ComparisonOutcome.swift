/// What a comparison of two cohorts came to.
package enum ComparisonVerdict: String, Hashable, Sendable, CaseIterable {
    /// The canary has fewer bad requests, by about the stated size or more.
    case better = "Better"
    /// A regression of the stated size is ruled out.
    case same = "Same"
    /// The canary has more bad requests, by about the stated size or more.
    case worse = "Worse"
    /// Neither can be said yet.
    case notEnoughData = "NotEnoughData"
}

/// A verdict and the numbers that it was made from.
package struct ComparisonOutcome: Hashable, Sendable {
    package var verdict = ComparisonVerdict.notEnoughData
    package var canary = Tally()
    package var control = Tally()
    /// Hosts of strata where both arms have some; others tell nothing.
    package var canaryHosts = 0
    package var controlHosts = 0
    /// Logarithm of the evidence that the canary is worse, after all corrections; `Worse` from -log(false-rollback rate) on.
    package var logEvidence = 0.0
    /// The correlation of requests of the same host that it was corrected for.
    package var correlation = 0.0
}
