import Analysis
import GraftAPI
import KubeCore

/// A service level that is judged for a check: whom to ask, and what is measured besides.
struct LevelRun: Hashable, Sendable {
    var plan: ServiceLevelPlan
    var source: ServiceLevelSource
    /// Those that the analysis has of its own.
    var metrics: [AnalysisMetric]

    /// How many metrics a level is measured by: fast and slow burn.
    static let metricCount = ServiceLevelPlan.metricNames.count

    /// Failed questions, and answers without anything that a rule covers, that are tolerated in succession, as with metrics.
    static let tolerated = AnalysisMetric().consecutiveErrorLimit

    /// Whom to ask, with no query yet.
    var prometheus: PrometheusProvider {
        var provider = PrometheusProvider()
        provider.address = source.address
        provider.credentials = source.credentials
        provider.timeout = source.timeout
        return provider
    }

    /// Asks which series there are.
    var discovery: PrometheusProvider {
        var provider = prometheus
        provider.query = plan.discovery
        return provider
    }

    /// Nil when no rule covers anything of what there is.
    func gate(for series: [[String: String]]) -> AnalysisGate? {
        plan.derive(from: ServiceLevelPlan.exposed(in: series)).map { AnalysisGate(metrics + plan.metrics(of: $0, asking: prometheus)) }
    }
}

/// What a Prometheus said when it was asked which series there are.
enum Discovery: Hashable, Sendable {
    /// Labels of each.
    case series([[String: String]])
    case failed(String)
}

extension CheckLedger.Entry {
    /// Takes what a Prometheus lists: then the metrics are known. Unsuccessful too often, the analysis ends.
    /// - Returns: how long to wait before it is asked again; nil when it need not be.
    mutating func take(_ discovery: Discovery, start: Timestamp) -> Duration? {
        guard let level else { return nil }
        switch discovery {
        case .series(let series):
            if let found = level.gate(for: series) {
                (gate, failures) = (found, 0)
                status.take(found.adopt(status.result ?? found.begin(at: start)))
                return nil
            }
            status.message = String(
                "\(level.source.address) has no series that a rule for \(level.plan.level.indicator.rawValue) covers; correct spec.matchLabels, or add spec.rules"
                    .prefix(512))
        case .failed(let message): status.message = message
        }
        failures += 1
        guard failures > LevelRun.tolerated else { return MetricGate.retryInterval }
        if case .series = discovery { status.phase = .inconclusive } else { status.phase = .error }
        return nil
    }
}
