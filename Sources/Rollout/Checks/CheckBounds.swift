import GraftAPI

/// How much of checks a status remembers, whatever those say who perform them; a status that the API server refuses would end all progress, going
/// back included. A rollout measures sixteen metrics at one time (`Strategy.mostMetrics`), and what is remembered of them is less than ten kilobytes.
enum CheckBounds {
    /// Measurements of all metrics together.
    static let mostMeasurements = 24
    static let mostMetrics = Strategy.mostMetrics
    /// Bytes of all checks.
    static let most = 10_000
    private static let longestSentence = 300
    private static let longestRemark = 80
    /// Where there are so few metrics, the last word on each has room to say what to do about it.
    private static let few = 3
    private static let longestOfFew = 240

    /// What goes on needs the last measurement of each metric, to know when the next one is due, and the counters. What is over is there to be
    /// read: its last measurement says why. Bounding twice changes nothing.
    static func bounded(_ checks: [CheckStatus]) -> [CheckStatus] {
        let told = shortened(checks)
        guard size(of: told) > most else { return told }
        let short = told.map { brief($0, sentence: 60) }
        return size(of: short) > most ? silent(short) : short
    }

    /// Without what is said of metrics, but for those that ended badly.
    static func silent(_ checks: [CheckStatus]) -> [CheckStatus] { checks.map { brief($0, sentence: $0.isBad ? 40 : 0) } }

    /// Counts and values alone, when even what went wrong takes too much room: the numbers say it, and events said it whole.
    static func mute(_ checks: [CheckStatus]) -> [CheckStatus] {
        checks.map { check in
            var check = brief(check, sentence: 0)
            check.message = check.message?.bounded(to: 40)
            guard var result = check.result else { return check }
            for index in result.metrics.indices {
                result.metrics[index].measurements = result.metrics[index].measurements.map { measurement in
                    var measurement = measurement
                    measurement.value = measurement.value.map { $0.bounded(to: 24) }
                    return measurement
                }
            }
            check.result = result
            return check
        }
    }

    private static func size(of checks: [CheckStatus]) -> Int {
        let metrics = checks.reduce(0) { $0 + ($1.result?.metrics.count ?? 0) }
        // Few of them are never so large, and most rollouts have few.
        return metrics < 6 ? 0 : checks.reduce(0) { $0 + $1.writtenSize }
    }

    /// The last measurement of each metric, and short sentences.
    private static func brief(_ check: CheckStatus, sentence: Int) -> CheckStatus {
        var check = check
        check.message = check.message?.bounded(to: 120)
        guard var result = check.result else { return check }
        // The check's own says the same.
        result.message = nil
        for index in result.metrics.indices {
            result.metrics[index].message = result.metrics[index].message.flatMap { sentence > 0 ? $0.bounded(to: sentence) : nil }
            result.metrics[index].measurements = result.metrics[index].measurements.suffix(1).map { measurement in
                var measurement = measurement
                measurement.message = measurement.message.flatMap { sentence > 0 ? $0.bounded(to: sentence) : nil }
                return measurement
            }
        }
        check.result = result
        return check
    }

    private static func shortened(_ checks: [CheckStatus]) -> [CheckStatus] {
        let running = checks.reduce(0) { $0 + ($1.phase.isCompleted ? 0 : $1.result?.metrics.count ?? 0) }
        let share = min(10, max(1, mostMeasurements / max(1, running)))
        let isFew = checks.reduce(0) { $0 + ($1.result?.metrics.count ?? 0) } <= few
        return checks.map { check in
            var check = check
            check.message = check.message?.bounded(to: longestSentence)
            if var result = check.result {
                result.message = result.message?.bounded(to: longestSentence)
                result.metrics = metrics(of: check, share: share, lastWord: isFew ? longestOfFew : longestRemark)
                check.result = result
            }
            return check
        }
    }

    private static func metrics(of check: CheckStatus, share: Int, lastWord: Int) -> [MetricStatus] {
        var names: Set<String> = []
        let own = (check.result?.metrics ?? []).filter { names.insert(String($0.name.prefix(63))).inserted }.prefix(mostMetrics)
        return own.map { metric in
            var metric = metric
            metric.name = String(metric.name.prefix(63))
            metric.message = metric.message?.bounded(to: check.isBad ? max(2 * longestRemark, lastWord) : longestRemark)
            let last = metric.measurements.last?.message?.bounded(to: lastWord)
            metric.measurements = metric.measurements.suffix(check.phase.isCompleted ? 1 : share).map { measurement in
                var measurement = measurement
                measurement.value = measurement.value?.bounded(to: 60)
                measurement.message = measurement.message?.bounded(to: longestRemark)
                return measurement
            }
            if !metric.measurements.isEmpty { metric.measurements[metric.measurements.count - 1].message = last }
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
