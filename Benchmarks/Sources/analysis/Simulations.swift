import AnalysisSimulation

/// What is simulated.
enum Simulations {
    static let falseRollbackRate = 0.01

    static func fleet(
        _ name: String, _ canary: Int, _ control: Int, share: Double, by regression: Double, requests: Int, windows: Int = 60,
        correlation: Double = 0, strata: Int = 1, spread: Double = 0, outage: Double = 0
    ) -> SimulatedFleet {
        var fleet = SimulatedFleet(name, canary: canary, control: control, share: share, regression: regression, requests: requests)
        fleet.windows = windows
        fleet.correlation = correlation
        fleet.strata = strata
        fleet.trafficSpread = spread
        fleet.outage = outage
        return fleet
    }

    /// Requests are independent: the fixed test holds as well, so the two can be compared.
    static let independent = [
        fleet("2 of 20, 1 % fail", 2, 18, share: 0.01, by: 0.05, requests: 5),
        fleet("5 of 30, 0.1 % fail", 5, 25, share: 0.001, by: 0.05, requests: 4),
        fleet("5 of 30, 1 % fail", 5, 25, share: 0.01, by: 0.05, requests: 3),
        fleet("10 of 40, 10 % fail", 10, 30, share: 0.1, by: 0.05, requests: 6),
        fleet("10 of 40, 50 % fail", 10, 30, share: 0.5, by: 0.05, requests: 12),
        fleet("10 of 40, 1 % fail, catch 1 %", 10, 30, share: 0.01, by: 0.01, requests: 20),
        fleet("20 of 40, 5 % fail, 3 zones, traffic differs", 20, 20, share: 0.05, by: 0.05, requests: 4, strata: 3, spread: 0.7),
    ]

    /// Hosts differ, or the surroundings fail: what a test of requests would take for a regression.
    static let dependent = [
        fleet("5 of 30, 1 % fail, correlation 0.01", 5, 25, share: 0.01, by: 0.05, requests: 20, correlation: 0.01),
        fleet("10 of 40, 10 % fail, correlation 0.01", 10, 30, share: 0.1, by: 0.05, requests: 30, correlation: 0.01),
        fleet("10 of 40, 10 % fail, correlation 0.05", 10, 30, share: 0.1, by: 0.05, requests: 30, correlation: 0.05),
        fleet("3 of 10, 10 % fail, correlation 0.05", 3, 7, share: 0.1, by: 0.05, requests: 30, correlation: 0.05),
        fleet("2 of 20, 1 % fail, correlation 0.05", 2, 18, share: 0.01, by: 0.05, requests: 50, correlation: 0.05),
        fleet(
            "9 of 40, 10 %, corr. 0.02, 3 zones, traffic differs", 9, 31, share: 0.1, by: 0.05, requests: 30, correlation: 0.02, strata: 3,
            spread: 0.7),
        fleet("5 of 30, 1 % fail, outages of 30 %", 5, 25, share: 0.01, by: 0.05, requests: 6, outage: 0.3),
    ]

    static func latencies(hostSpread: Double, windows: Int) -> SimulatedLatencies {
        var fleet = SimulatedLatencies()
        fleet.canaryHosts = 10
        fleet.controlHosts = 30
        fleet.hostSpread = hostSpread
        fleet.requests = 20
        fleet.windows = windows
        return fleet
    }

    /// As many rollouts, spread over processors.
    static func run(_ runs: Int, seed: UInt64, _ body: @escaping @Sendable (Int, UInt64) -> SimulatedFleet.Tallies) async
        -> SimulatedFleet.Tallies
    {
        let parts = 8
        return await withTaskGroup(of: SimulatedFleet.Tallies.self) { group in
            for part in 0..<parts { group.addTask { body(runs / parts, seed * 1000 + UInt64(part)) } }
            return await group.reduce(into: SimulatedFleet.Tallies()) { sum, part in
                sum.runs += part.runs
                sum.worse += part.worse
                sum.same += part.same
                sum.better += part.better
                sum.undecided += part.undecided
                sum.canaryRequests += part.canaryRequests
            }
        }
    }
}
