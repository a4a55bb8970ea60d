import AnalysisSimulation
import Testing

@testable import Analysis

/// A few rollouts of what `hack/bench analysis` does ten thousand of.
@Suite("How often a comparison errs")
struct FalseRollbackTests {
    private static let runs = 400

    private static let fleets: [SimulatedFleet] = {
        var alike = SimulatedFleet("all hosts alike", canary: 5, control: 25, share: 0.02, regression: 0.05, requests: 6)
        var rare = SimulatedFleet("rare failures", canary: 5, control: 25, share: 0.001, regression: 0.05, requests: 5)
        var unequal = SimulatedFleet(
            "hosts that differ, and so does their traffic", canary: 5, control: 25, share: 0.1, regression: 0.05, requests: 20)
        unequal.correlation = 0.02
        unequal.trafficSpread = 0.7
        unequal.strata = 3
        var outages = SimulatedFleet("outages that meet all hosts", canary: 5, control: 25, share: 0.02, regression: 0.05, requests: 6)
        outages.outage = 0.3
        var fleets = [alike, rare, unequal, outages]
        for index in fleets.indices { fleets[index].windows = 25 }
        return fleets
    }()

    @Test(
        "a canary that is no worse is called worse within the stated rate, though it is looked at after each window",
        arguments: fleets.indices)
    func falseRollbacks(fleet: Int) {
        let fleet = Self.fleets[fleet]
        let tallies = fleet.rollouts(Self.runs, lift: 0, seed: 1, stopping: false)
        #expect(tallies.share(tallies.worse) <= 0.01, "\(fleet.name): \(tallies)")
    }

    @Test("a regression of the stated size is found with fewer requests than a test of fixed size needs, on average", arguments: [0, 1])
    func regressions(fleet: Int) {
        var fleet = Self.fleets[fleet]
        fleet.windows = 60
        let tallies = fleet.rollouts(Self.runs / 4, lift: fleet.regression, seed: 2, stopping: true)
        let power = tallies.share(tallies.worse)
        #expect(power >= 0.9, "\(tallies)")
        let fixed = FixedHorizon.requests(
            share: fleet.share, regression: fleet.regression, ratio: 5, falseAlarms: 0.01, power: min(power, 0.98))
        #expect(tallies.meanRequests <= fixed, "\(tallies), against \(fixed)")
    }

    @Test("a canary that is slower by the stated part is found, and one that is not is no worse")
    func latencies() {
        var fleet = SimulatedLatencies()
        fleet.canaryHosts = 5
        fleet.controlHosts = 15
        fleet.regression = 0.2
        fleet.hostSpread = 0.02
        fleet.windows = 25
        let good = fleet.rollouts(40, lift: 0, seed: 3, stopping: true)
        let slow = fleet.rollouts(40, lift: 0.2, seed: 4, stopping: true)
        #expect(good.worse <= 1 && good.same >= 30, "\(good)")
        #expect(slow.worse >= 34, "\(slow)")
    }
}
