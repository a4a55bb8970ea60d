import Randomness
import Testing

@testable import Analysis

@Suite("A comparison with hosts beside it")
struct SequentialComparisonTests {
    private let rule = ComparisonRule(smallestRegression: 0.05)

    /// As many hosts, each with as many requests, of which as many are bad.
    private func window(
        _ arm: Arm, hosts: Int, requests: Int = 100, bad: Int, zone: String = "a", from first: Int = 0
    ) -> [HostTally] {
        (first..<first + hosts).map {
            HostTally(host: "\(zone)-\(arm)-\($0)", stratum: Stratum(zone: zone), arm: arm, tally: Tally(total: requests, bad: bad))
        }
    }

    private func outcome(_ windows: [HostTally]...) -> ComparisonOutcome {
        var comparison = SequentialComparison(rule: rule)
        for window in windows { comparison.add(window) }
        return comparison.outcome
    }

    @Test("knows nothing before it has seen anything")
    func empty() {
        #expect(outcome() == ComparisonOutcome())
        #expect(outcome([]).verdict == .notEnoughData)
        #expect(outcome(window(.canary, hosts: 9, bad: 90)).verdict == .notEnoughData)
        #expect(
            outcome(window(.canary, hosts: 9, requests: 0, bad: 0) + window(.control, hosts: 9, requests: 0, bad: 0)).verdict
                == .notEnoughData)
    }

    @Test("finds what is plain in one window")
    func plain() {
        let control = window(.control, hosts: 18, bad: 1)
        #expect(outcome(control + window(.canary, hosts: 2, bad: 20)).verdict == .worse)
        #expect(outcome(control + window(.canary, hosts: 2, bad: 1)).verdict == .same)
        #expect(outcome(window(.control, hosts: 18, bad: 20) + window(.canary, hosts: 4, bad: 1)).verdict == .better)
        #expect(
            outcome(window(.control, hosts: 18, requests: 10, bad: 1) + window(.canary, hosts: 2, requests: 10, bad: 1)).verdict
                == .notEnoughData)
    }

    @Test("never judges by one canary host, or by one that is unlike the others")
    func oneHost() {
        let control = window(.control, hosts: 18, bad: 1)
        let alone = outcome(control + window(.canary, hosts: 1, bad: 100))
        #expect(alone.verdict == .notEnoughData)
        #expect(alone.numbers.hasSuffix("wanted 2 hosts of each with the same zone, class and runtime version"))
        let odd = outcome(control + window(.canary, hosts: 1, bad: 100) + window(.canary, hosts: 3, bad: 1, from: 1))
        #expect(odd.verdict != .worse)
        #expect(odd.correlation > 0.1)
    }

    @Test("a fault that meets both arms changes nothing for either")
    func outage() {
        let usual = window(.control, hosts: 18, bad: 1) + window(.canary, hosts: 2, bad: 1)
        let fault = window(.control, hosts: 18, bad: 60) + window(.canary, hosts: 2, bad: 60)
        #expect(outcome(usual, fault, usual).verdict == .same)
        let few = window(.control, hosts: 18, requests: 10, bad: 6) + window(.canary, hosts: 2, requests: 10, bad: 6)
        #expect(outcome(few).verdict == .notEnoughData)
    }

    @Test("hosts are held against those like them: a canary that grows in a bad zone is no worse")
    func strata() {
        // Zone b fails thirty times as often for everybody, and most canaries are there.
        let good = window(.control, hosts: 30, bad: 1) + window(.canary, hosts: 2, bad: 1)
        let bad = window(.control, hosts: 8, bad: 30, zone: "b") + window(.canary, hosts: 12, bad: 30, zone: "b")
        #expect(outcome(good + bad, good + bad).verdict == .same)
        let mixed = (good + bad).map { entry in
            var entry = entry
            entry.stratum = Stratum()
            return entry
        }
        // The same without zones would look worse, if hosts were not the unit.
        #expect(outcome(mixed, mixed).canary.rate > outcome(mixed, mixed).control.rate + 0.1)
    }

    @Test("a stratum without both arms tells nothing")
    func unmatched() {
        let elsewhere = outcome(window(.canary, hosts: 5, bad: 90, zone: "a") + window(.control, hosts: 5, bad: 1, zone: "b"))
        #expect(elsewhere == ComparisonOutcome())
    }

    @Test("the order of hosts in a window changes nothing")
    func order() {
        var random = SeededRandom(seed: 2)
        let all = window(.control, hosts: 18, bad: 3) + window(.canary, hosts: 5, bad: 8) + window(.canary, hosts: 5, bad: 9, zone: "b")
        let plain = outcome(all)
        for _ in 0..<20 {
            let shuffled = outcome(all.shuffled(using: &random))
            #expect(shuffled.verdict == plain.verdict && abs(shuffled.logEvidence - plain.logEvidence) < 1e-9)
        }
    }

    @Test("hosts that differ by themselves make it slower to judge")
    func dispersion() {
        let canary = [2, 20, 5, 13].enumerated().flatMap { window(.canary, hosts: 1, bad: $1, from: $0) }
        let control = (0..<20).flatMap { window(.control, hosts: 1, bad: [0, 1, 12, 3, 9][$0 % 5], from: $0) }
        let unequal = outcome(canary + control)
        let equal = outcome(window(.canary, hosts: 4, bad: 10) + window(.control, hosts: 20, bad: 5))
        #expect(unequal.canary == equal.canary && unequal.control == equal.control)
        #expect(equal.verdict == .worse && equal.correlation == 0)
        #expect(unequal.verdict == .notEnoughData && unequal.correlation > 0.01)
    }

    @Test("says the numbers it was made from")
    func numbers() {
        let made = outcome(window(.control, hosts: 18, bad: 1) + window(.canary, hosts: 2, bad: 20))
        #expect(made.numbers == "canary 40 of 200 (20%) on 2 hosts, control 18 of 1800 (1%) on 18 hosts")
    }
}
