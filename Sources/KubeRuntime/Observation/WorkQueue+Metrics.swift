import CoreMetrics
import KubeClient

/// What a queue does, by the names that client-go gives to that.
struct WorkQueueMetrics: Sendable {
    /// Between two looks at the queue's figures.
    static let interval = Duration.milliseconds(500)

    private let adds: Counter
    private let retries: Counter
    private let queueDuration: Timer
    private let workDuration: Timer
    private let depth: Gauge
    private let delayed: Gauge
    private let unfinished: Gauge
    private let longest: Gauge

    /// Nil when nobody collects metrics.
    init?(name: String, factory: any MetricsFactory = MetricsSystem.factory) {
        if factory is NOOPMetricsHandler { return nil }
        let dimensions = [("name", name)]
        adds = Counter(label: "workqueue_adds_total", dimensions: dimensions, factory: factory)
        retries = Counter(label: "workqueue_retries_total", dimensions: dimensions, factory: factory)
        queueDuration = Timer(label: "workqueue_queue_duration_seconds", dimensions: dimensions, factory: factory)
        workDuration = Timer(label: "workqueue_work_duration_seconds", dimensions: dimensions, factory: factory)
        depth = Gauge(label: "workqueue_depth", dimensions: dimensions, factory: factory)
        delayed = Gauge(label: "workqueue_delayed", dimensions: dimensions, factory: factory)
        unfinished = Gauge(label: "workqueue_unfinished_work_seconds", dimensions: dimensions, factory: factory)
        longest = Gauge(label: "workqueue_longest_running_processor_seconds", dimensions: dimensions, factory: factory)
    }

    func added(_ count: Int) { adds.increment(by: count) }

    /// A key failed, and is to be tried again.
    func retried() { retries.increment() }

    /// A worker got a key that had been ready for so long.
    func waited(_ time: Duration) { queueDuration.recordNanoseconds(max(.zero, time).nanoseconds) }

    /// A worker was at a key for so long.
    func worked(_ time: Duration) { workDuration.recordNanoseconds(max(.zero, time).nanoseconds) }

    /// Brings up to date what changes by itself.
    func update(_ figures: WorkQueueFigures) {
        depth.record(figures.ready)
        delayed.record(figures.delayed)
        unfinished.record(Double(figures.unfinishedWork.nanoseconds) / 1e9)
        longest.record(Double(figures.longestRunning.nanoseconds) / 1e9)
    }
}

extension WorkQueue {
    /// Keeps the metrics up to date that are read off the queue, until the graceful shutdown or the task's cancellation; returns at once when
    /// nobody collects any.
    func runMetrics() async throws {
        guard let metrics else { return }
        _ = try await untilGracefulShutdown {
            while true {
                metrics.update(self.figures)
                try await self.surroundings.sleep(WorkQueueMetrics.interval)
            }
        }
    }
}
