package import HTTPCore
import JSON
package import Logging
import Synchronization

/// Sends metrics and spans to a collector, by OTLP over HTTP in its JSON encoding.
///
/// Never in anyone's way: what waits is bounded, what can't be delivered in time is dropped and counted, and an outage is logged when it begins
/// and when it ends.
package final class OTLPExporter: Sendable {
    private enum Signal: String { case traces, metrics }

    private let configuration: OTLPConfiguration
    private let registry: MetricsRegistry
    private let queue: SpanQueue
    private let sender: OTLPSender
    private let logger: Logger
    private let time: TelemetryTime
    private let start: UInt64
    private let failing = Mutex<Set<Signal>>([])
    private let ending = Ending()

    package init(
        configuration: OTLPConfiguration, transport: any Transport, registry: MetricsRegistry, queue: SpanQueue, logger: Logger,
        time: TelemetryTime = .system
    ) {
        self.configuration = configuration
        self.registry = registry
        self.queue = queue
        sender = OTLPSender(transport: transport, headers: configuration.headers, timeout: configuration.timeout, time: time)
        self.logger = logger
        self.time = time
        start = time.wall()
    }

    /// Exports while a body runs, however it ends. What is on its way at its end may arrive, for half of `flushLimit`: cut off, it would be sent
    /// a second time. Then sends what there is, once more all metrics, and gives up when `flushLimit` has passed since the end.
    package func whileRunning<Result>(_ body: () async throws -> Result) async throws -> Result {
        let (outcome, deadline): (Swift.Result<Result, any Error>, Duration) = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.run() }
            let outcome: Swift.Result<Result, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            let end = time.now()
            ending.tell()
            group.addTask { try? await self.time.sleep(self.configuration.flushLimit / 2) }
            await group.next()
            group.cancelAll()
            return (outcome, end + configuration.flushLimit)
        }
        await flush(until: deadline)
        return try outcome.get()
    }

    /// Exports until the end, or until it is cancelled.
    private func run() async {
        await withTaskGroup(of: Void.self) { group in
            if let endpoint = configuration.traces {
                group.addTask {
                    await self.repeating(self.configuration.spanInterval) {
                        try await self.exportSpans(to: endpoint) { self.time.now() + self.configuration.retryLimit }
                    }
                }
            }
            if let endpoint = configuration.metrics {
                group.addTask {
                    await self.repeating(self.configuration.metricInterval) {
                        try await self.exportMetrics(to: endpoint, until: self.time.now() + self.configuration.retryLimit)
                    }
                }
            }
        }
    }

    private func flush(until deadline: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            if let endpoint = configuration.traces {
                group.addTask { try? await self.exportSpans(to: endpoint) { deadline } }
            }
            if let endpoint = configuration.metrics {
                group.addTask { try? await self.exportMetrics(to: endpoint, until: deadline) }
            }
        }
    }

    private func repeating(_ interval: Duration, _ body: () async throws -> Void) async {
        while !ending.isOver {
            do {
                try await ending.sleep(interval, time)
                guard !ending.isOver else { return }
                try await body()
            } catch { return }  // cancelled; nothing else is thrown
        }
    }

    private func exportSpans(to endpoint: OTLPEndpoint, _ deadline: () -> Duration) async throws {
        while true {
            let spans = queue.take(configuration.spanBatch)
            guard !spans.isEmpty else { return }
            let body = OTLPTraces.request(spans, resource: configuration.resource).bytes()
            do {
                let outcome = try await sender.send(body, to: endpoint, until: deadline())
                if !note(outcome, .traces) { queue.drop(spans.count) }
            } catch {
                // Cancelled halfway, at the program's end: they get their last chance with what is flushed.
                for span in spans { queue.add(span) }
                throw error
            }
        }
    }

    private func exportMetrics(to endpoint: OTLPEndpoint, until deadline: Duration) async throws {
        let requests = OTLPMetrics.requests(
            registry.snapshot(), resource: configuration.resource, limit: configuration.pointBatch, start: start, now: time.wall())
        for request in requests {
            // The next export has newer values of all: a part that fails is no reason to try the others for long.
            let outcome = try await sender.send(request.bytes(), to: endpoint, until: deadline)
            guard note(outcome, .metrics) else { return }
        }
    }

    /// Logs an outage once. True when it was delivered.
    private func note(_ outcome: OTLPSender.Outcome, _ signal: Signal) -> Bool {
        let metadata: Logger.Metadata = ["signal": "\(signal.rawValue)"]
        switch outcome {
        case .delivered(let rejected, let message):
            if failing.withLock({ $0.remove(signal) }) != nil { logger.info("the collector takes telemetry again", metadata: metadata) }
            if rejected > 0 || !message.isEmpty {
                logger.warning(
                    "the collector did not take all telemetry",
                    metadata: metadata.merging(["rejected": .stringConvertible(rejected), "said": "\(message)"]) { $1 })
            }
            return true
        case .refused(let reason), .gaveUp(let reason):
            if failing.withLock({ $0.insert(signal).inserted }) {
                logger.warning(
                    "the collector takes no telemetry; it is dropped until it does",
                    metadata: metadata.merging(["error": "\(reason)"]) { $1 })
            }
            return false
        }
    }
}
