package import GraftAPI
package import KubeCore

/// One metric's rules, applied to one measurement after another. It holds nothing: all it remembers is in the `MetricStatus`, so a controller that
/// starts anew goes on where the last one ended.
///
/// The rules are Argo Rollouts' (docs/features/analysis.md and analysis/analysis.go, version 1.8). A metric ends
///
/// - `Failed` when more than `failureLimit` measurements failed, in all; `Inconclusive` when more than `inconclusiveLimit` were neither; `Error` when more
///   than `consecutiveErrorLimit` in succession could not be made, each tried again after ten seconds;
/// - `Successful` when `consecutiveSuccessLimit` in succession succeeded, where it is set;
/// - when `count` measurements came to an answer: `Successful`; but where a `consecutiveSuccessLimit` was set and not reached, `Inconclusive`, or `Failed`
///   if failures are not limited. Errors don't count.
///
/// Argo has none for answers without data, which it calls errors. Here they are waited out: more than `consecutiveNoDataLimit` in succession end it
/// `Inconclusive`. A comparison that has not seen enough counts as an answer, but neither as success nor as failure; if the last one of `count` is such,
/// the metric ends `Inconclusive`.
package struct MetricGate: Sendable {
    package let metric: AnalysisMetric

    package static let retryInterval = Duration.seconds(10)
    /// How many measurements are remembered.
    package static let memory = 10

    package init(_ metric: AnalysisMetric) { self.metric = metric }

    /// What a measurement leads to.
    package struct Step: Hashable, Sendable {
        package var status: MetricStatus
        /// When to measure next; nil when it has ended.
        package var next: Timestamp?
    }

    package var initial: MetricStatus {
        var status = MetricStatus(name: metric.name)
        status.dryRun = metric.dryRun
        status.wanted = effectiveCount
        return status
    }

    /// Takes a measurement that was finished at `now`. One that comes after the end changes nothing.
    package func advance(_ status: MetricStatus, by reading: Reading, at now: Timestamp) -> Step {
        guard !status.phase.isCompleted else { return Step(status: status) }
        var status = status
        let judgement = Judgement(reading, by: metric)
        count(judgement.phase, in: &status)
        var measurement = MeasurementStatus()
        measurement.time = Instant(now)
        measurement.phase = judgement.phase
        measurement.value = judgement.value
        measurement.message = judgement.message
        status.measurements = status.measurements.suffix(Self.memory - 1) + [measurement]
        (status.phase, status.message) = assess(status, last: judgement)
        return Step(status: status, next: next(status, startTime: now))
    }

    /// When to measure next, which may have passed; nil when it has ended.
    package func next(_ status: MetricStatus, startTime: Timestamp) -> Timestamp? {
        guard !status.phase.isCompleted else { return nil }
        guard let last = status.measurements.last else { return startTime + metric.initialDelay.duration }
        guard last.phase != .error, let interval = metric.interval else { return last.time.time + Self.retryInterval }
        return last.time.time + interval.duration
    }

    private var effectiveCount: Int? { metric.count ?? (metric.interval == nil ? 1 : nil) }

    private func count(_ phase: MeasurementStatus.Phase, in status: inout MetricStatus) {
        if phase != .error, phase != .noData { status.count += 1 }
        status.consecutiveSuccess = phase == .successful ? status.consecutiveSuccess + 1 : 0
        status.consecutiveError = phase == .error ? status.consecutiveError + 1 : 0
        status.consecutiveNoData = phase == .noData ? status.consecutiveNoData + 1 : 0
        switch phase {
        case .successful: status.successful += 1
        case .failed: status.failed += 1
        case .inconclusive: status.inconclusive += 1
        case .error: status.error += 1
        case .noData, .undecided: break
        }
    }

    private func assess(_ status: MetricStatus, last: Judgement) -> (AnalysisPhase, String?) {
        func because(_ what: String) -> String { last.message.map { "\(what): \($0)" } ?? what }
        if metric.failureLimit >= 0, status.failed > metric.failureLimit {
            return (.failed, because("\(status.failed) failed, of which \(metric.failureLimit) are tolerated"))
        }
        if status.inconclusive > metric.inconclusiveLimit {
            let verb = status.inconclusive == 1 ? "was" : "were"
            return (
                .inconclusive, because("\(status.inconclusive) \(verb) inconclusive, of which \(metric.inconclusiveLimit) are tolerated")
            )
        }
        if status.consecutiveError > metric.consecutiveErrorLimit {
            let errors = status.consecutiveError == 1 ? "error" : "errors"
            return (
                .error,
                because("\(status.consecutiveError) \(errors) in succession, of which \(metric.consecutiveErrorLimit) are tolerated")
            )
        }
        if status.consecutiveNoData > metric.consecutiveNoDataLimit {
            let answers = status.consecutiveNoData == 1 ? "answer" : "answers"
            return (
                .inconclusive,
                "\(status.consecutiveNoData) \(answers) in succession without data, of which \(metric.consecutiveNoDataLimit) are waited out"
            )
        }
        let wantsSuccesses = metric.consecutiveSuccessLimit > 0
        if wantsSuccesses, status.consecutiveSuccess >= metric.consecutiveSuccessLimit {
            return (.successful, "\(status.consecutiveSuccess) successes in succession")
        }
        guard let count = effectiveCount, status.count >= count else { return (.running, nil) }
        if wantsSuccesses {
            let message = "\(status.count) measurements without \(metric.consecutiveSuccessLimit) successes in succession"
            return (metric.failureLimit >= 0 ? .inconclusive : .failed, message)
        }
        if last.phase == .undecided { return (.inconclusive, because("not enough data after \(status.count) measurements")) }
        return (.successful, "\(status.count) measurement\(status.count == 1 ? "" : "s")")
    }
}
