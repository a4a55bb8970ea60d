import GraftAPI

/// How much of checks a status remembers, whatever those say who perform them. With sixteen metrics it is less than fifteen kilobytes; a
/// status that the API server refuses would end all progress, going back included.
enum CheckBounds {
    /// Measurements of all metrics together.
    static let mostMeasurements = 24
    static let mostMetrics = 16
    private static let longestSentence = 300
    private static let longestRemark = 80

    /// What goes on needs the last measurement of each metric, to know when the next one is due, and the counters. What is over is there to be
    /// read: its last measurement says why. Bounding twice changes nothing.
    static func bounded(_ checks: [CheckStatus]) -> [CheckStatus] {
        let running = checks.reduce(0) { $0 + ($1.phase.isCompleted ? 0 : $1.result?.metrics.count ?? 0) }
        let share = min(10, max(1, mostMeasurements / max(1, running)))
        return checks.map { check in
            var check = check
            check.message = check.message?.bounded(to: longestSentence)
            if var result = check.result {
                result.message = result.message?.bounded(to: longestSentence)
                result.metrics = metrics(of: check, share: share)
                check.result = result
            }
            return check
        }
    }

    private static func metrics(of check: CheckStatus, share: Int) -> [MetricStatus] {
        var names: Set<String> = []
        let own = (check.result?.metrics ?? []).filter { names.insert(String($0.name.prefix(63))).inserted }.prefix(mostMetrics)
        return own.map { metric in
            var metric = metric
            metric.name = String(metric.name.prefix(63))
            metric.message = metric.message?.bounded(to: check.isBad ? 2 * longestRemark : longestRemark)
            metric.measurements = metric.measurements.suffix(check.phase.isCompleted ? 1 : share).map { measurement in
                var measurement = measurement
                measurement.value = measurement.value?.bounded(to: 60)
                measurement.message = measurement.message?.bounded(to: longestRemark)
                return measurement
            }
            return metric
        }
    }

    /// What remains when a rollout is over: the last of each kind, and of those that ended badly every one.
    static func remains(_ checks: [CheckStatus]) -> [CheckStatus] {
        var kinds: Set<CheckStatus.Kind> = []
        let last = checks.reversed().filter { $0.phase.isCompleted && (kinds.insert($0.kind).inserted || $0.isBad) }
        return bounded(last.reversed()).map { check in
            var check = check
            if !check.isBad { for index in (check.result?.metrics ?? []).indices { check.result?.metrics[index].measurements = [] } }
            return check
        }
    }
}
