import Glibc
import Randomness
import Testing

@testable import Analysis

@Suite("Evidence of a window")
struct WindowEvidenceTests {
    /// Probabilities of 0...count successes.
    private func binomial(_ count: Int, _ share: Double) -> [Double] {
        var weights = [pow(1 - share, Double(count))]
        for k in 0..<count { weights.append(weights[k] * Double(count - k) / Double(k + 1) * share / (1 - share)) }
        return weights
    }

    private func mean(suspect: (Int, Double), reference: (Int, Double), regression: Double, past: Tally) -> Double {
        var mean = 0.0
        for (j, suspectWeight) in binomial(suspect.0, suspect.1).enumerated() {
            for (k, referenceWeight) in binomial(reference.0, reference.1).enumerated() {
                let evidence = WindowEvidence(
                    suspect: Tally(total: suspect.0, bad: j), reference: Tally(total: reference.0, bad: k), regression: regression,
                    past: past)
                mean += suspectWeight * referenceWeight * exp(evidence.log)
            }
        }
        return mean
    }

    private static let sizes = [(1, 1), (1, 20), (20, 1), (7, 13), (30, 30), (4, 60)]

    @Test("is at most 1 on average, exactly, when the suspect is no worse, whatever the share and the past", arguments: sizes)
    func mean(size: (Int, Int)) {
        for share in [0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 0.98] {
            for regression in [0.01, 0.05, 0.2] {
                for past in [Tally(), Tally(total: 1000, bad: 10), Tally(total: 50, bad: 40)] {
                    let same = mean(suspect: (size.0, share), reference: (size.1, share), regression: regression, past: past)
                    #expect(same <= 1 + 1e-9, "share \(share), regression \(regression), past \(past)")
                    let better = mean(suspect: (size.0, share * 0.7), reference: (size.1, share), regression: regression, past: past)
                    #expect(better <= 1 + 1e-9, "better: share \(share), regression \(regression), past \(past)")
                }
            }
        }
    }

    @Test("grows when the suspect is worse by the stated regression", arguments: [0.001, 0.02, 0.1, 0.5])
    func power(share: Double) {
        let past = Tally(total: 10_000, bad: Int(share * 10_000))
        #expect(mean(suspect: (60, share + 0.05), reference: (120, share), regression: 0.05, past: past) > 1.05)
    }

    @Test("a window in which one arm served nothing says nothing")
    func empty() {
        for (suspect, reference) in [(Tally(), Tally(total: 9, bad: 9)), (Tally(total: 9, bad: 9), Tally()), (Tally(), Tally())] {
            let evidence = WindowEvidence(suspect: suspect, reference: reference, regression: 0.05, past: Tally())
            #expect(evidence.log == 0 && evidence.variance == 0)
        }
    }

    @Test("moments of the hypergeometric distribution are what counting every outcome gives")
    func hypergeometric() {
        func choose(_ n: Int, _ k: Int) -> Double {
            guard k >= 0, k <= n else { return 0 }
            return (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
        }
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 {
            let population = Int.random(in: 2...60, using: &random)
            let bad = Int.random(in: 0...population, using: &random)
            let draws = Int.random(in: 1..<population, using: &random)
            let tilt = Double.random(in: -4...4, using: &random)
            let weights = (0...bad).map { choose(bad, $0) * choose(population - bad, draws - $0) / choose(population, draws) }
            let subject = Hypergeometric(population: population, bad: bad, draws: draws)
            let moment = weights.enumerated().reduce(0) { $0 + $1.element * exp(tilt * Double($1.offset)) }
            #expect(abs(subject.logMoment(tilt: tilt) - log(moment)) < 1e-9)
            let mean = weights.enumerated().reduce(0) { $0 + $1.element * Double($1.offset) }
            let square = weights.enumerated().reduce(0) { $0 + $1.element * Double($1.offset * $1.offset) }
            #expect(abs(subject.variance - (square - mean * mean)) < 1e-9)
        }
    }
}
