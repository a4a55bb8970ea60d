import CoreMetrics
public import HTTPCore
public import Logging
public import Tracing

/// What shows what a program does: a registry for its metrics, a tracer and an exporter where there is a collector.
public struct TelemetrySystem: Sendable {
    /// The metrics of everything within `run`. As a `MetricsFactory` it may also be bootstrapped for the whole process.
    public let registry: MetricsRegistry
    private let recorder: RecordingTracer?
    private let exporter: OTLPExporter?

    /// - Parameters:
    ///   - descriptions: of the program's own metrics; those of `MetricDescription.kubernetes` are known.
    ///   - export: nil: nothing leaves the process by itself.
    ///   - transport: to the collector.
    public init(
        descriptions: [MetricDescription] = [], export: OTLPConfiguration?, transport: @autoclosure () -> any Transport, logger: Logger
    ) {
        self.init(descriptions: descriptions, export: export, transport: transport(), logger: logger, time: .system)
    }

    /// The same with other clocks.
    package init(
        descriptions: [MetricDescription] = [], export: OTLPConfiguration?, transport: @autoclosure () -> any Transport, logger: Logger,
        time: TelemetryTime
    ) {
        let queue = SpanQueue(limit: export?.spanLimit ?? 0)
        let registry = MetricsRegistry(
            descriptions: MetricDescription.kubernetes + descriptions,
            collectors: export == nil ? [ProcessMetrics.collect] : [ProcessMetrics.collect, { [Self.dropped(queue)] }])
        self.registry = registry
        recorder =
            export?.traces == nil
            ? nil : RecordingTracer(sampler: Sampler(ratio: export?.ratio ?? 0), queue: queue, random: time.random)
        exporter = export.map {
            OTLPExporter(configuration: $0, transport: transport(), registry: registry, queue: queue, logger: logger, time: time)
        }
    }

    /// The tracer of everything within `run`; nil where no spans are exported.
    public var tracer: (any Tracer)? { recorder }

    private static func dropped(_ queue: SpanQueue) -> MetricsSnapshot.Family {
        MetricsSnapshot.Family(
            MetricDescription("telemetry_spans_dropped_total", "Spans that the collector did not get."), .counter,
            [.init(value: .integer(queue.dropped))])
    }

    /// Runs a body whose metrics and spans, and those of all its child tasks, come here, and exports them meanwhile. When it has ended, however it
    /// did, what is left is sent, for a few seconds at most.
    public func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withMetricsFactory(registry) {
            guard let exporter else { return try await body() }
            return try await exporter.whileRunning {
                guard let recorder else { return try await body() }
                return try await withTracer(recorder) { try await body() }
            }
        }
    }
}
