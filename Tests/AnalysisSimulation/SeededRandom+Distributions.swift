import Glibc
import Randomness

extension SeededRandom {
    /// From 0 to 1, without 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    package mutating func normal() -> Double { sqrt(-2 * log(1 - unit())) * cos(2 * .pi * unit()) }

    /// Marsaglia and Tsang's method.
    package mutating func gamma(shape: Double) -> Double {
        if shape < 1 { return gamma(shape: shape + 1) * pow(1 - unit(), 1 / shape) }
        let d = shape - 1 / 3.0
        let c = 1 / sqrt(9 * d)
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            if v > 0, log(1 - unit()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }

    /// A share for a host, of this mean; shares of requests of the same host then have this correlation (beta distribution).
    package mutating func share(mean: Double, correlation: Double) -> Double {
        guard correlation > 0 else { return mean }
        let size = 1 / correlation - 1
        let (x, y) = (gamma(shape: mean * size), gamma(shape: (1 - mean) * size))
        return x + y > 0 ? x / (x + y) : mean
    }

    /// Exactly where fewer than 40 are expected; a rounded normal number above.
    package mutating func binomial(_ count: Int, _ share: Double) -> Int {
        if share > 0.5 { return count - binomial(count, 1 - share) }
        guard share > 0, count > 0 else { return 0 }
        let mean = Double(count) * share
        if mean > 40 { return min(count, max(0, Int((mean + normal() * sqrt(mean * (1 - share))).rounded()))) }
        let odds = share / (1 - share)
        var (successes, weight, rest) = (0, pow(1 - share, Double(count)), unit())
        while rest > weight, successes < count {
            rest -= weight
            successes += 1
            weight *= odds * Double(count - successes + 1) / Double(successes)
        }
        return successes
    }
}
