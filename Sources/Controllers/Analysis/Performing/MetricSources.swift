import Analysis
import GraftAPI

/// The provider of each kind.
struct MetricSources: MetricSource {
    var prometheus: any MetricSource
    var web: any MetricSource
    /// Nil: this controller hears nothing of what hosts expose.
    var hosts: (any MetricSource)?

    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading {
        let provider = metric.provider
        if provider.prometheus != nil { return try await prometheus.read(metric, of: run) }
        if provider.web != nil { return try await web.read(metric, of: run) }
        guard let hosts else { return .error("provider.hosts: this controller hears nothing of what hosts expose; name another provider") }
        return try await hosts.read(metric, of: run)
    }
}
