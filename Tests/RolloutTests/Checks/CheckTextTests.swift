import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A check in words")
struct CheckTextTests {
    private func check(_ phase: MeasurementStatus.Phase, _ message: String?, _ change: (inout MetricStatus) -> Void = { _ in })
        -> CheckStatus
    {
        var measurement = MeasurementStatus()
        measurement.phase = phase
        measurement.message = message
        var metric = MetricStatus(name: "rate")
        metric.phase = .running
        metric.wanted = 3
        metric.error = 2
        metric.measurements = [measurement]
        change(&metric)
        var result = AnalysisStatus()
        result.metrics = [metric]
        result.nextTime = Instant(Timestamp("2026-01-01T00:00:10Z")!)
        var check = CheckStatus()
        check.subject = "errors"
        check.phase = .running
        check.result = result
        return check
    }

    @Test("says why the last measurement was not made, as long as it is tried again", arguments: [MeasurementStatus.Phase.error, .noData])
    func complaint(phase: MeasurementStatus.Phase) {
        #expect(
            CheckText(check(phase, "prometheus:9090: connection refused.")).progress
                == "analysis errors: 0 of 3 measurements, 0 failed, 2 not made (rate: prometheus:9090: connection refused); "
                + "next at 2026-01-01T00:00:10Z")
    }

    @Test("says nothing of a measurement that was made, nor of a metric that is over")
    func silent() {
        let plain = "analysis errors: 0 of 3 measurements, 0 failed, 2 not made; next at 2026-01-01T00:00:10Z"
        #expect(CheckText(check(.failed, "0.5 is above 0.2")).progress == plain)
        #expect(CheckText(check(.error, nil)).progress == plain)
        #expect(CheckText(check(.error, "refused") { $0.phase = .successful }).progress == plain)
    }

    @Test("says how a comparison stands while nobody knows, and what it was passed with")
    func comparison() {
        func compared(_ verdict: String, _ phase: MeasurementStatus.Phase) -> CheckStatus {
            check(phase, "canary 3 of 864 (0.347%) on 3 hosts, control 2 of 846 (0.236%) on 3 hosts") {
                ($0.wanted, $0.error, $0.count) = (nil, 0, 19)
                $0.measurements[0].value = verdict
            }
        }
        let stands = "canary 3 of 864 (0.347%) on 3 hosts, control 2 of 846 (0.236%) on 3 hosts"
        let waiting = CheckText(compared("NotEnoughData", .undecided))
        #expect(
            waiting.progress
                == "analysis errors: 19 measurements, 0 failed (rate: NotEnoughData: \(stands)); next at 2026-01-01T00:00:10Z")
        #expect(waiting.standing == "analysis errors: 19 measurements, 0 failed (rate: NotEnoughData: \(stands))")
        var passed = compared("Same", .successful)
        passed.phase = .successful
        #expect(CheckText(passed).progress == "analysis errors: 19 measurements, 0 failed (rate: Same: \(stands))")
    }
}
