import Analysis
import GraftAPI
import KubeCore
import Randomness
import Testing

@testable import Controllers

@Suite("Checks over restarts of the controller")
struct CheckRestartTests {
    private static let reading: [Reading] = [.number(1), .number(1), .number(1), .number(0.5), .number(.nan), .noData, .error("away")]

    /// Measures until it ends, by another controller after each of some measurements.
    private func outcome(_ spec: ModuleAnalysisSpec, _ readings: [Reading], restarts: Set<Int>) throws -> CheckStatus {
        var ledger = CheckLedger(limit: 64)
        var status = CheckLedgerTests.check()
        var now = CheckLedgerTests.start
        let task = CheckTask(deployment: CheckLedgerTests.deployment, check: status.id, metric: "rate")
        func standing() throws -> CheckStatus {
            _ = ledger.want(CheckLedgerTests.orders([status]), now: now) { _ in spec }
            return try #require(ledger.standing(of: CheckLedgerTests.deployment, .init(uid: "uid", rollout: "r-1")).first)
        }
        for (number, reading) in readings.enumerated() {
            status = try standing()
            guard let next = ledger.next(task, now: now) else { break }
            now = max(now, next)
            guard case .go(_, let recall) = ledger.begin(task, now: now) else { throw CheckRefusal("it is due and does not begin") }
            _ = ledger.take(.reading(reading), of: task, recall: recall, now: now, chance: 0.5)
            _ = ledger.end(task)
            status = try #require(ledger.standing(of: CheckLedgerTests.deployment, .init(uid: "uid", rollout: "r-1")).first)
            if status.phase.isCompleted { break }
            if restarts.contains(number) { ledger = CheckLedger(limit: 64) }
        }
        return status
    }

    @Test("end as they would without any, with the same numbers at the same times")
    func same() throws {
        var random = SeededRandom(seed: 10)
        var phases: Set<AnalysisPhase> = []
        for _ in 0..<400 {
            let spec = CheckLedgerTests.spec("rate") {
                $0.count = Int.random(in: 4...8, using: &random)
                $0.failureLimit = Int.random(in: 0...2, using: &random)
                $0.inconclusiveLimit = Int.random(in: 0...2, using: &random)
                $0.consecutiveErrorLimit = Int.random(in: 0...2, using: &random)
                $0.consecutiveNoDataLimit = Int.random(in: 0...2, using: &random)
                $0.consecutiveSuccessLimit = Int.random(in: 0...2, using: &random)
            }
            let readings = (0..<40).map { _ in Self.reading.randomElement(using: &random)! }
            let restarts = Set((0..<40).filter { _ in Bool.random(using: &random) })
            let whole = try outcome(spec, readings, restarts: [])
            #expect(try outcome(spec, readings, restarts: restarts) == whole)
            phases.insert(whole.phase)
        }
        #expect(phases.isSuperset(of: [.successful, .failed, .inconclusive, .error]))
    }
}
