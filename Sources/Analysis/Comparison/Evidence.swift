import Glibc

/// Evidence of all windows so far: its logarithm, and how that is distributed when nothing tells the arms apart.
package struct Evidence: Hashable, Sendable {
    package var log = 0.0
    package var variance = 0.0
    /// Third central moment, as far as hosts that differ make it.
    package var skew = 0.0

    mutating func add(_ window: WindowEvidence) {
        log += window.log
        variance += window.variance
    }

    /// Independent evidence multiplies.
    mutating func add(_ other: Evidence) {
        log += other.log
        variance += other.variance
        skew += other.skew
    }

    /// What it is worth when its variance is known from `freedom` hosts alone, and hosts differ in a skewed way.
    ///
    /// Its deviate is then Student's t, and is read as the normal deviate that is as unlikely: by Wallace's approximation ("Bounds on normal approximations to
    /// Student's and the chi-square distributions", Ann. Math. Stat. 30, 1959), right to some hundredths from five hosts on, and by Hall's cubic
    /// ("On the removal of skewness by transformation", J. R. Stat. Soc. B 54, 1992). So is the deviate that the alternative leads to, to which it is compared.
    /// Evidence against a regression stays as it is.
    func cautious(freedom: Double) -> Double {
        guard log > 0, variance > 0, freedom > 0 else { return min(log, 0) }
        let scale = sqrt(variance)
        let skewness = max(0, skew / (variance * scale))
        func normal(_ t: Double) -> Double {
            let z = (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log1p(t * t / freedom))
            return z - skewness * (z * z - 1) / 6 + skewness * skewness * z * z * z / 108
        }
        let wanted = normal(scale)
        guard wanted > 0 else { return 0 }
        return min(log, wanted * normal((log + variance / 2) / scale) - wanted * wanted / 2)
    }
}
