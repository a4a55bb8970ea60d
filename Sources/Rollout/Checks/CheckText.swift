package import GraftAPI
import KubeCore

/// A check in words: what it is, how it stands, and why it ended badly. Pure: the same check, the same words.
package struct CheckText {
    private let check: CheckStatus
    private let strategy: Strategy

    /// - Parameter strategy: says how many samples are wanted.
    package init(_ check: CheckStatus, _ strategy: Strategy = Strategy()) {
        self.check = check
        self.strategy = strategy
    }

    /// `analysis errors`.
    package var name: String {
        switch check.kind {
        case .analysis: "analysis \(check.subject)"
        case .webhook: "webhook \(check.subject)"
        case .samples: "samples of \(check.subject)"
        }
    }

    /// `analysis errors: 3 of 10 measurements, 0 failed; next at 2026-01-01T00:00:30Z`.
    package var progress: String { "\(name): \(numbers)" }

    /// The same without when it goes on: how it stood when nobody waited any longer.
    var standing: String {
        guard check.kind == .analysis, let result = check.result, !result.metrics.isEmpty else { return progress }
        return "\(name): \(figures(result.metrics))\(remark(on: result.metrics))"
    }

    /// The same without the name.
    package var numbers: String {
        switch check.kind {
        case .analysis: analysis
        case .webhook: webhook
        case .samples: samples
        }
    }

    /// Why it ended badly, with the numbers.
    package var reason: String {
        let place = check.step == nil ? " in the background" : ""
        switch (check.kind, check.phase) {
        case (.webhook, .failed): return "\(check.subject) says NoGo\(remark)"
        case (.webhook, _): return "\(check.subject) gave no verdict after \(counted(check.attempts, "attempt"))\(remark)"
        case (.samples, _): return "\(check.subject) could not be counted\(remark)"
        case (.analysis, .failed): return "Analysis \(check.subject)\(place) failed\(worst)"
        case (.analysis, .inconclusive): return "Analysis \(check.subject)\(place) is inconclusive\(worst)"
        case (.analysis, _): return "Analysis \(check.subject)\(place) could not be measured\(worst)"
        }
    }

    private var remark: String { check.message.map { ": \($0)" } ?? "" }

    /// The metric that decided it: its own sentence holds value and threshold.
    private var worst: String {
        let metrics = (check.result?.metrics ?? []).filter { !$0.dryRun && $0.phase == check.phase }
        guard let metric = metrics.first else { return remark }
        let last = metric.measurements.last.flatMap { $0.message ?? $0.value }
        let why = metric.message ?? last ?? "no reason was given"
        let measured = metric.failed + metric.inconclusive + metric.successful > 0 ? " (\(figures([metric])))" : ""
        return ": metric \(metric.name): \(why)\(measured)"
    }

    private var analysis: String {
        guard let result = check.result, !result.metrics.isEmpty else {
            return "not measured yet" + (check.message.map { " (\($0.droppingFullStop))" } ?? "")
        }
        let next = check.phase.isCompleted ? nil : result.nextTime.map { "; next at \($0.time.wholeSeconds)" }
        return figures(result.metrics) + remark(on: result.metrics) + (next ?? "")
    }

    /// What the measurements themselves don't tell by being counted: why the last one was none, which has to be mended while it is tried again; or how a comparison
    /// stands, which is neither good nor bad for as long as nobody knows.
    private func remark(on metrics: [MetricStatus]) -> String {
        for metric in metrics where check.phase.isCompleted || !metric.phase.isCompleted {
            guard let last = metric.measurements.last, let message = last.message else { continue }
            if let verdict = last.value, Self.verdicts.contains(verdict) {
                return " (\(metric.name): \(verdict): \(message.droppingFullStop))"
            }
            guard !check.phase.isCompleted, last.phase == .error || last.phase == .noData else { continue }
            return " (\(metric.name): \(message.droppingFullStop))"
        }
        return ""
    }

    /// Of comparisons: what stands where others have a number.
    private static let verdicts: Set = ["Better", "Same", "Worse", "NotEnoughData"]

    /// What doesn't count, that of a dry run, is not counted here either, unless there is nothing else.
    private func figures(_ metrics: [MetricStatus]) -> String {
        let counted = metrics.filter { !$0.dryRun }
        let metrics = counted.isEmpty ? metrics : counted
        func sum(_ path: KeyPath<MetricStatus, Int>) -> Int { metrics.reduce(0) { $0 + $1[keyPath: path] } }
        let wanted = metrics.allSatisfy { $0.wanted != nil } ? metrics.reduce(0) { $0 + ($1.wanted ?? 0) } : nil
        let count = sum(\.count)
        let measured = wanted.map { "\(count) of \($0) measurements" } ?? self.counted(count, "measurement")
        // Answers without data are counted in succession alone.
        let rest = [(sum(\.inconclusive), "inconclusive"), (sum(\.error), "not made"), (sum(\.consecutiveNoData), "without data")].filter {
            $0.0 > 0
        }.map { ", \($0.0) \($0.1)" }
        return "\(measured), \(sum(\.failed)) failed" + rest.joined()
    }

    private var webhook: String {
        let asked = check.attempts == 0 ? "not asked yet" : "asked \(counted(check.attempts, "time"))"
        switch check.phase {
        case .successful: return "Go" + remark
        case .failed: return "NoGo" + remark
        default: return asked + (check.message.map { ", \($0.droppingFullStop)" } ?? "")
        }
    }

    private var samples: String {
        let wanted = strategy.samples(of: check).map { " of \($0.count)" } ?? ""
        return "\(check.samples ?? 0)\(wanted)" + (check.message.map { " (\($0.droppingFullStop))" } ?? "")
    }

    private func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
}

extension String {
    fileprivate var droppingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
