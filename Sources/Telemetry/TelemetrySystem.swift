import CoreMetrics
package import HTTPCore
package import Logging
import Tracing

/// What shows what a program does: a registry for its metrics, a tracer and an exporter where there is a collector.
package struct TelemetrySystem: Sendable {
    package let registry: MetricsRegistry
    private let tracer: RecordingTracer?
    private let exporter: OTLPExporter?

    /// - Parameters:
    ///   - descriptions: of the program's own metrics; those of `MetricDescription.kubernetes` are known.
    ///   - export: nil: nothing leaves the process by itself.
    ///   - transport: to the collector.
    package init(
        descriptions: [MetricDescription] = [], export: OTLPConfiguration?, transport: @autoclosure () -> any Transport, logger: Logger,
        time: TelemetryTime = .system
    ) {
        let queue = SpanQueue(limit: export?.spanLimit ?? 0)
        let registry = MetricsRegistry(
            descriptions: MetricDescription.kubernetes + descriptions,
            collectors: export == nil ? [ProcessMetrics.collect] : [ProcessMetrics.collect, { [Self.dropped(queue)] }])
        self.registry = registry
        tracer =
            export?.traces == nil
            ? nil : RecordingTracer(sampler: Sampler(ratio: export?.ratio ?? 0), queue: queue, random: time.random)
        exporter = export.map {
            OTLPExporter(configuration: $0, transport: transport(), registry: registry, queue: queue, logger: logger, time: time)
        }
    }

    private static func dropped(_ queue: SpanQueue) -> MetricsSnapshot.Family {
        MetricsSnapshot.Family(
            MetricDescription("telemetry_spans_dropped_total", "Spans that the collector did not get."), .counter,
            [.init(value: .integer(queue.dropped))])
    }

    /// Runs a body whose metrics and spans, and those of all its child tasks, come here, and exports them meanwhile. When it has ended, however it
    /// did, what is left is sent, for a few seconds at most.
    package func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(
                try await withMetricsFactory(registry) {
                    guard let tracer else { return try await exporting(body) }
                    return try await withTracer(tracer) { try await exporting(body) }
                })
        } catch {
            outcome = .failure(error)
        }
        await exporter?.flush()
        return try outcome.get()
    }

    private func exporting<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let exporter { group.addTask { await exporter.run() } }
            defer { group.cancelAll() }
            return try await body()
        }
    }
}
