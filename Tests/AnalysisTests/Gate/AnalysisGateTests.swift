import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Analysis

@Suite("An analysis of several metrics")
struct AnalysisGateTests {
    private let start = MetricGateTests.start

    private func metric(_ name: String, _ change: (inout AnalysisMetric) -> Void = { _ in }) -> AnalysisMetric {
        MetricGateTests.metric {
            $0.name = name
            $0.count = 2
            change(&$0)
        }
    }

    /// Letters as in `MetricGateTests`, by metric; one after another, a second apart.
    private func run(_ gate: AnalysisGate, _ readings: [(String, Character)]) -> AnalysisStatus {
        var status = gate.begin(at: start)
        for (index, (name, letter)) in readings.enumerated() {
            status = gate.advance(status, metric: name, by: MetricGateTests.reading(letter), at: start + .seconds(index))
        }
        return status
    }

    @Test("goes on until all have ended, and is successful when all are")
    func allSucceed() {
        let gate = AnalysisGate([metric("a"), metric("b")])
        let three = run(gate, [("a", "g"), ("a", "g"), ("b", "g")])
        #expect(three.phase == .running)
        #expect(three.metrics.map(\.phase) == [.successful, .running])
        #expect(run(gate, [("a", "g"), ("a", "g"), ("b", "g"), ("b", "g")]).phase == .successful)
    }

    @Test("ends with the first that ends badly, and the others end well", arguments: [AnalysisPhase.failed, .inconclusive])
    func firstFailure(phase: AnalysisPhase) {
        let letter: Character = phase == .failed ? "b" : "i"
        let gate = AnalysisGate([metric("a"), metric("b"), metric("c")])
        let status = run(gate, [("a", "g"), ("b", letter)])
        #expect(status.phase == phase)
        #expect(status.metrics.map(\.phase) == [.successful, phase, .pending])
        #expect(status.message?.hasPrefix("b: ") == true)
        #expect(gate.next(status) == nil)
        #expect(gate.due(status, at: start + .seconds(9999)).isEmpty)
        #expect(gate.advance(status, metric: "a", by: .number(0), at: start) == status)
    }

    @Test("ends with an error when a metric could not be measured")
    func errors() {
        #expect(run(AnalysisGate([metric("a")]), (0..<5).map { _ in ("a", "e") }).phase == .error)
    }

    @Test("a dry run is waited for, and its failure counts for nothing")
    func dryRun() {
        let gate = AnalysisGate([metric("a"), metric("b") { $0.dryRun = true }])
        let halfway = run(gate, [("b", "b"), ("a", "g"), ("a", "g")])
        #expect(halfway.phase == .successful)
        #expect(halfway.metrics.map(\.phase) == [.successful, .failed])
        #expect(run(gate, [("a", "g"), ("a", "g")]).phase == .running)
        #expect(run(AnalysisGate([metric("b") { $0.dryRun = true }]), [("b", "b")]).phase == .successful)
    }

    @Test("ended from outside, it is successful unless something ended badly")
    func ended() {
        let gate = AnalysisGate([metric("a") { $0.count = nil }, metric("b")])
        #expect(gate.end(gate.begin(at: start)).phase == .successful)
        let measured = run(gate, [("a", "g"), ("a", "g"), ("a", "g")])
        #expect(measured.phase == .running)
        let ended = gate.end(measured)
        #expect(ended.phase == .successful)
        #expect(ended.metrics.map(\.phase) == [.successful, .pending])
        let failed = run(gate, [("b", "b")])
        #expect(gate.end(failed) == failed)
    }

    @Test("asks for each metric in its own time")
    func due() {
        let gate = AnalysisGate([metric("a") { $0.initialDelay = Period(seconds: 30) }, metric("b")])
        var status = gate.begin(at: start)
        #expect(gate.next(status) == start)
        #expect(gate.due(status, at: start) == ["b"])
        status = gate.advance(status, metric: "b", by: .number(1), at: start)
        #expect(gate.next(status) == start + .seconds(30))
        #expect(gate.due(status, at: start + .seconds(60)) == ["a", "b"])
        #expect(gate.advance(status, metric: "unknown", by: .number(1), at: start) == status)
    }

    @Test("is written in less than 20 kB, with sixteen metrics that say much, and read back")
    func bounded() throws {
        let gate = AnalysisGate(
            (0..<16).map { number in
                metric("metric-\(number)") {
                    $0.count = nil; $0.consecutiveErrorLimit = 1000
                }
            })
        var status = gate.begin(at: start)
        for round in 0..<12 {
            for number in 0..<16 {
                status = gate.advance(
                    status, metric: "metric-\(number)", by: .error("connection refused by prometheus.monitoring.svc:9090"),
                    at: start + .seconds(round))
            }
        }
        #expect(status.json.text().utf8.count < 30_000)
        #expect(try AnalysisStatus(from: status.json) == status)
    }
}
