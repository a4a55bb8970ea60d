import Analysis
import CoreMetrics
import KubeRuntime

/// What became of one batch's records.
struct StreamTally: Hashable, Sendable {
    /// Records that had not come before.
    var taken = 0
    var repeated = 0
    /// Passed over by their sequences: they will never come.
    var lost = 0
    /// Records in metrics: one may count in several.
    var counted = 0
    var late = 0
    var dropped = 0

    mutating func add(_ taking: MetricStream.Taking) {
        switch taking {
        case .counted: counted += 1
        case .late: late += 1
        case .dropped: dropped += 1
        case .other: break
        }
    }
}

/// How what agents tell stands.
struct StreamStanding: Hashable, Sendable {
    /// Metrics of analyses that are measured, counts of samples included.
    var metrics = 0
    /// Hosts that tell.
    var hosts = 0
    /// How long ago it is up to where every host has told all, of the metric that is furthest behind; nil: none tells.
    var lag: Duration?
}

/// Numbers of what agents tell. Those of the leader's board end with its term; those of what comes in belong to the process.
final class StreamMetrics: Sendable {
    private let factory: any MetricsFactory
    private let standing: ObjectMetrics<String>

    private static let board = "board"

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        standing = ObjectMetrics(factory: factory)
        standing.begin(Self.board)
    }

    func count(_ tally: StreamTally) {
        for (result, count) in [("taken", tally.taken), ("repeated", tally.repeated), ("lost", tally.lost)] where count > 0 {
            standing.count(ControllerMetricNames.streamRecords, of: Self.board, [("result", result)], by: Int64(count))
        }
        for (result, count) in [("counted", tally.counted), ("late", tally.late), ("dropped", tally.dropped)] where count > 0 {
            standing.count(ControllerMetricNames.streamChanges, of: Self.board, [("result", result)], by: Int64(count))
        }
    }

    func show(_ now: StreamStanding) {
        standing.set(ControllerMetricNames.streamMetrics, of: Self.board, to: [([], Double(now.metrics))])
        standing.set(ControllerMetricNames.streamHosts, of: Self.board, to: [([], Double(now.hosts))])
        // Without a host that tells nothing is behind.
        standing.set(
            ControllerMetricNames.streamLag, of: Self.board, to: now.lag.map { [([], max(0, $0 / .seconds(1)))] } ?? [])
    }

    /// Another leader shows them from now on.
    func end() { standing.endAll() }

    /// A batch came in.
    /// - Parameter result: `taken`, or why it was not.
    func batch(_ result: String) {
        Counter(label: ControllerMetricNames.streamBatches, dimensions: [("result", result)], factory: factory).increment()
    }

    func connections(_ count: Int) { Gauge(label: ControllerMetricNames.streamConnections, factory: factory).record(Double(count)) }
}
