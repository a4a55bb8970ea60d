import GraftAPI
import Rollout

/// What a rollout waits for, or is watched by: a row for each check, and for each metric where there are several. Pure: the same checks, the same lines.
struct CheckTable {
    private let checks: [CheckStatus]
    private let strategy: Strategy

    init(_ checks: [CheckStatus], _ strategy: Strategy) {
        self.checks = checks
        self.strategy = strategy
    }

    /// None without checks.
    var lines: [String] {
        guard !checks.isEmpty else { return [] }
        var table = TextTable(["CHECK", "STEP", "STATE", "RESULT"])
        for check in checks {
            let text = CheckText(check, strategy)
            table.append([text.name, check.step.map { String($0 + 1) } ?? "background", check.phase.rawValue, text.numbers])
            guard let metrics = check.result?.metrics, metrics.count > 1 || check.phase == .failed else { continue }
            for metric in metrics { table.append(["  \(metric.name)", "", state(of: metric), result(of: metric)]) }
        }
        return table.lines
    }

    private func state(of metric: MetricStatus) -> String { metric.phase.rawValue + (metric.dryRun ? " (dry run)" : "") }

    /// The last number, and why the metric ended as it did.
    private func result(of metric: MetricStatus) -> String {
        [metric.measurements.last?.value, metric.message ?? metric.measurements.last?.message].compactMap { $0 }.joined(separator: ": ")
    }
}
