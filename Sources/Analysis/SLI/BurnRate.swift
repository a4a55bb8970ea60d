package import GraftAPI

/// How fast a service uses up the errors that its objective allows: 1 uses up just all of them in the objective's period.
///
/// Two pairs of windows, as in "The Site Reliability Workbook" (Google, 2018), chapter 5: a rate must be exceeded over the long window, so that a blip does not count,
/// and over the short one, so that what is over counts no more.
package struct BurnRate: Hashable, Sendable {
    package struct Pair: Hashable, Sendable {
        package var long: Period
        package var short: Period
        /// Bad above this.
        package var limit: Double
    }

    /// 2 % of thirty days' errors in an hour.
    package static let fast = Pair(long: Period(seconds: 3600), short: Period(seconds: 300), limit: 14.4)
    /// 5 % of them in six hours.
    package static let slow = Pair(long: Period(seconds: 21_600), short: Period(seconds: 1800), limit: 6)

    /// Percent of requests that must be good; above 0 and below 100.
    package var objective: Double

    package init(objective: Double) { self.objective = objective }

    /// - Parameter errors: share of requests that were not good.
    package func rate(errors: Double) -> Double { errors / (1 - objective / 100) }

    /// What the gate is told of a pair: the smaller of the two rates, which succeeds up to the pair's limit. Without requests in either window
    /// there is no data.
    package func reading(longErrors: Double, shortErrors: Double) -> Reading {
        guard !longErrors.isNaN, !shortErrors.isNaN else { return .noData }
        return .number(min(rate(errors: longErrors), rate(errors: shortErrors)))
    }
}
