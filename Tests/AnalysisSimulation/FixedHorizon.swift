import Glibc

/// The test that a sequential one is held against: a number of requests fixed beforehand, then one look (Fleiss, Levin and Paik, "Statistical methods for rates
/// and proportions", 2003, ch. 4).
package enum FixedHorizon {
    /// Canary requests that a one-sided test of two shares needs, when each canary request comes with `ratio` of the control.
    package static func requests(share: Double, regression: Double, ratio: Double, falseAlarms: Double, power: Double) -> Double {
        let (control, canary) = (share, share + regression)
        let pooled = (ratio * control + canary) / (1 + ratio)
        let chance = normalQuantile(1 - falseAlarms) * sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
        let spread = normalQuantile(power) * sqrt(canary * (1 - canary) + control * (1 - control) / ratio)
        return pow((chance + spread) / regression, 2)
    }

    /// Canary requests that a one-sided test of two means with the same standard deviation needs.
    package static func requests(difference: Double, deviation: Double, ratio: Double, falseAlarms: Double, power: Double) -> Double {
        let sum = normalQuantile(1 - falseAlarms) + normalQuantile(power)
        return pow(sum * deviation / difference, 2) * (1 + 1 / ratio)
    }

    /// By bisection.
    package static func normalQuantile(_ share: Double) -> Double {
        var (low, high) = (-10.0, 10.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
        }
        return low
    }
}
