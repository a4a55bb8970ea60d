import Analysis
import GraftAPI

/// What the agent knows of a slot by itself, without any metrics of the host: it asks the probe at each look, as long as that is wanted.
enum OwnSeries: String, CaseIterable, Sendable {
    case probes = "graft_probes_total"
    case failures = "graft_probe_failures_total"
    case duration = "graft_probe_duration_seconds"
    /// The host said that it is another process.
    case restarts = "graft_host_restarts_total"

    init?(_ demand: SeriesDemand, in slot: String) {
        self.init(rawValue: demand.series.name)
        guard demand.series.labels.allSatisfy({ $0 == ("slot", slot) }), (demand.kind == .histogram) == (self == .duration) else {
            return nil
        }
    }

    /// Whether the name is one of ours, of whatever slot and kind.
    static func isOwn(_ demand: SeriesDemand) -> Bool { OwnSeries(rawValue: demand.series.name) != nil }

    /// Upper bounds of the buckets of durations, in seconds.
    static let bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, .infinity]

    /// What one probe adds.
    func growth(of probe: ProbeResult) -> SeriesGrowth {
        switch self {
        case .probes: .counter(1)
        case .failures: .counter(probe.hasFailed ? 1 : 0)
        case .restarts: .counter(probe.isOtherProcess ? 1 : 0)
        case .duration:
            .histogram(
                BucketCounts(bounds: Self.bounds, counts: Self.counts(probe.seconds))!)
        }
    }

    private static func counts(_ seconds: Double) -> [Double] {
        let index = bounds.firstIndex { seconds <= $0 } ?? bounds.count - 1
        return bounds.indices.map { $0 == index ? 1 : 0 }
    }
}

/// What came of one probe that was made for its numbers.
struct ProbeResult: Sendable, Hashable {
    var hasFailed: Bool
    var seconds: Double
    var isOtherProcess: Bool
}
