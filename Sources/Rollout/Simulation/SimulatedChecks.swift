import GraftAPI
import KubeCore

/// What analyses, webhooks and traffic come to in a simulation: all of them well, but for one that is told to fail.
///
/// Made up like the hosts: an analysis takes five measurements, one a minute; a webhook says Go after two seconds; samples come within a minute; what watches in
/// the background is content.
package struct SimulatedChecks: Sendable, Hashable {
    /// The name of an analysis, the host of a webhook, or a counter.
    package var failing: String?
    /// How long after it began it fails; till then it is measured.
    package var failsAfter = Duration.zero

    package init() {}

    private static let measurements = 5
    private static let interval = Duration.seconds(60)

    /// Those that go on, as they stand at `now`.
    func performed(_ checks: [CheckStatus], at now: Timestamp) -> [CheckStatus] {
        checks.compactMap { check in
            guard !check.phase.isCompleted, let start = check.startTime?.time else { return nil }
            let moments = moments(of: check, from: start).prefix { $0 <= now }
            guard let last = moments.last else { return nil }
            return outcome(of: check, after: moments.count, ends: isEnd(last, of: check, from: start), at: last)
        }
    }

    /// When something is measured or answered next.
    func next(_ checks: [CheckStatus], after now: Timestamp) -> Timestamp? {
        checks.compactMap { check in
            guard !check.phase.isCompleted, let start = check.startTime?.time else { return nil }
            return moments(of: check, from: start).first { $0 > now }
        }.min()
    }

    private func fails(_ check: CheckStatus) -> Bool { check.subject == failing }

    /// What happens to a check, its end last; nothing for what watches without end.
    private func moments(of check: CheckStatus, from start: Timestamp) -> [Timestamp] {
        if fails(check) { return check.kind == .samples ? [] : [start + max(failsAfter, .seconds(1))] }
        switch check.kind {
        case .analysis where check.step == nil: return []
        case .analysis: return (1...Self.measurements).map { start + Self.interval * $0 }
        case .webhook: return [start + .seconds(2)]
        case .samples: return [start + Self.interval]
        }
    }

    private func isEnd(_ moment: Timestamp, of check: CheckStatus, from start: Timestamp) -> Bool {
        moment == moments(of: check, from: start).last
    }

    private func outcome(of check: CheckStatus, after count: Int, ends: Bool, at moment: Timestamp) -> CheckStatus {
        var check = check
        let hasFailed = fails(check)
        check.phase = !ends ? .running : hasFailed ? .failed : .successful
        switch check.kind {
        case .webhook:
            check.attempts = 1
            check.message = hasFailed ? "it was simulated to refuse" : nil
        case .samples: check.samples = .max
        case .analysis:
            var metric = MetricStatus(name: "simulated")
            metric.phase = check.phase
            metric.wanted = hasFailed ? nil : Self.measurements
            metric.count = count
            metric.failed = hasFailed ? 1 : 0
            metric.successful = count - metric.failed
            metric.message = hasFailed ? "it was simulated to fail" : nil
            var result = AnalysisStatus()
            result.phase = check.phase
            result.metrics = [metric]
            result.nextTime = ends ? nil : Instant(moment + Self.interval)
            check.result = result
        }
        return check
    }
}
