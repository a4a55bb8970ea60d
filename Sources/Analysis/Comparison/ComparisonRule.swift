import Glibc

/// How sure a comparison must be, and of what.
package struct ComparisonRule: Hashable, Sendable {
    /// How often a canary that is no worse may be called worse, however often one looks; above 0 and below 1.
    package var falseRollbackRate: Double
    /// How often a regression of the stated size may be called none.
    package var missRate: Double
    /// The smallest regression worth catching: a difference of shares of requests; of latencies, a part of them.
    package var smallestRegression: Double

    /// A host alone can't be told from its own peculiarities: two of each arm at least.
    package static let leastHosts = 2

    package init(falseRollbackRate: Double = 0.01, missRate: Double = 0.05, smallestRegression: Double) {
        self.falseRollbackRate = falseRollbackRate
        self.missRate = missRate
        self.smallestRegression = smallestRegression
    }

    /// Evidence from here on is enough for `Worse`: Ville's inequality.
    var upper: Double { -log(falseRollbackRate) }
    /// Evidence up to here is enough for `Same`: Wald's lower bound.
    var lower: Double { log(missRate) }
}
