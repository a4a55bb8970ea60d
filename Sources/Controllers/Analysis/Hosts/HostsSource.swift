import Analysis
import GraftAPI

/// Numbers that agents tell of their hosts: provider `hosts`, and samples of soaks.
struct HostsSource: MetricSource, SampleSource {
    /// Nil: this controller takes nothing from agents.
    let board: StreamBoard?
    /// Why nothing comes in at present; nil when something can.
    var closed: @Sendable () -> String? = { nil }

    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading {
        guard let board else {
            return .error("agents tell this controller nothing: it wants --streams-listen and a certificate, see docs/analysis.md")
        }
        if let problem = closed() { return .error("agents tell this controller nothing: \(problem)") }
        return board.reading(of: metric, in: run)
    }

    func samples(of series: HostSeries, in run: AnalysisRun) async throws -> Int64? { board?.samples(of: series, in: run) }
}
