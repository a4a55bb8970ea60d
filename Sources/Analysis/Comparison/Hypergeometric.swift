import Glibc

/// How many of the bad requests fall to the canary by chance, when nothing tells the two arms apart: `draws` requests out of `population`,
/// of which `bad` are bad.
struct Hypergeometric {
    let population: Int
    let bad: Int
    let draws: Int

    var variance: Double {
        guard population > 1 else { return 0 }
        let share = Double(bad) / Double(population)
        return Double(draws) * share * (1 - share) * Double(population - draws) / Double(population - 1)
    }

    /// log E[exp(tilt · X)], exactly but for rounding. It takes some ten standard deviations' worth of steps.
    func logMoment(tilt: Double) -> Double {
        let (low, high) = (max(0, bad - (population - draws)), min(bad, draws))
        guard low < high else { return tilt * Double(low) }
        let factor = exp(tilt)
        // What the weight of j + 1 is, of that of j; it falls with j.
        func ratio(_ j: Int) -> Double {
            factor * Double(bad - j) * Double(draws - j) / (Double(j + 1) * Double(population - draws - bad + j + 1))
        }
        var (left, right) = (low, high)
        while left < right {
            let middle = (left + right) / 2
            if ratio(middle) >= 1 { left = middle + 1 } else { right = middle }
        }
        let mode = left
        var sum = 1.0
        var weight = 1.0
        for j in mode..<high {
            weight *= ratio(j)
            sum += weight
            if weight < 1e-16 * sum { break }
        }
        weight = 1
        for j in stride(from: mode - 1, through: low, by: -1) {
            weight /= ratio(j)
            sum += weight
            if weight < 1e-16 * sum { break }
        }
        return logProbability(mode) + tilt * Double(mode) + log(sum)
    }

    private func logProbability(_ j: Int) -> Double {
        logChoose(bad, j) + logChoose(population - bad, draws - j) - logChoose(population, draws)
    }

    private func logChoose(_ n: Int, _ k: Int) -> Double {
        logGamma(Double(n + 1)) - logGamma(Double(k + 1)) - logGamma(Double(n - k + 1))
    }

    /// Without the sign that `lgamma` leaves in a global variable.
    private func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
}
