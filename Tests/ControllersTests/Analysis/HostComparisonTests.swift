import Analysis
import GraftAPI
import Randomness
import Testing

@testable import Controllers

@Suite("A canary among its hosts, by what their agents tell")
struct HostComparisonTests {
    /// 12 hosts, 4 of them canaries. Batches are lost, a host dies, one restarts its process, one is switched on the way.
    private func verdict(failing extra: Double, seed: UInt64) async throws -> ComparisonOutcome {
        var random = SeededRandom(seed: seed)
        var outcome = SequentialComparison(rule: ComparisonRule(smallestRegression: 0.05)).outcome
        try await withStreamWorld { world in
            let metric = StreamWorld.ratio(comparing: true)
            _ = try await world.source.read(metric, of: world.run)
            var hosts = (0..<12).map { SimulatedHost($0, isCanary: $0 < 3) }
            for round in 0..<120 where outcome.verdict == .notEnoughData {
                world.clock.advance(10)
                for index in hosts.indices where !(index == 11 && round > 20) {
                    if index == 5, round == 10 { hosts[index].restart() }
                    if round > 1 {
                        let failed = (0..<150).count { _ in
                            Double(random.next() >> 11) * 0x1p-53 < (hosts[index].isCanary ? 0.02 + extra : 0.02)
                        }
                        hosts[index].serve(150, failing: failed)
                    }
                    try await hosts[index].tell(world, isHeard: random.next() % 5 > 0)
                    // What it serves from now on is the canary's.
                    if index == 3, round == 8 { hosts[index].isCanary = true }
                }
                if round == 21 { world.kill("node-11") }
                world.board.tidy()
                if case .comparison(let found) = try await world.source.read(metric, of: world.run) { outcome = found }
            }
            #expect(world.board.counts.lost == 0)
        }
        return outcome
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `one that fails 5 % more is found worse`(seed: UInt64) async throws {
        let outcome = try await verdict(failing: 0.05, seed: seed)
        #expect(outcome.verdict == .worse, "\(outcome.numbers)")
        #expect(outcome.canaryHosts >= 3)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `one that is the same is not`(seed: UInt64) async throws {
        let outcome = try await verdict(failing: 0, seed: seed)
        #expect(outcome.verdict == .same, "\(outcome.numbers)")
    }
}
