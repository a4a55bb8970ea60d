import CoreMetrics
import KubeClient

/// What a queue does, by the names that client-go gives to that. Part of the queue's state: changed within its lock.
struct WorkQueueMetrics<Key: Hashable> {
    /// Between two updates of what grows by itself.
    static var interval: Duration { .milliseconds(500) }

    private let adds: Counter
    private let retries: Counter
    private let queueDuration: Timer
    private let workDuration: Timer
    private let depth: Gauge
    private let unfinished: Gauge
    private let longest: Gauge
    /// When each key that waits is, or was, ready.
    private var waiting: [Key: Duration] = [:]
    private var running: [Key: Duration] = [:]
    /// Added while they run.
    private var again: [Key: Duration] = [:]

    /// Nil when nobody collects metrics.
    init?(name: String, factory: any MetricsFactory = MetricsSystem.factory) {
        if factory is NOOPMetricsHandler { return nil }
        let dimensions = [("name", name)]
        adds = Counter(label: "workqueue_adds_total", dimensions: dimensions, factory: factory)
        retries = Counter(label: "workqueue_retries_total", dimensions: dimensions, factory: factory)
        queueDuration = Timer(label: "workqueue_queue_duration_seconds", dimensions: dimensions, factory: factory)
        workDuration = Timer(label: "workqueue_work_duration_seconds", dimensions: dimensions, factory: factory)
        depth = Gauge(label: "workqueue_depth", dimensions: dimensions, factory: factory)
        unfinished = Gauge(label: "workqueue_unfinished_work_seconds", dimensions: dimensions, factory: factory)
        longest = Gauge(label: "workqueue_longest_running_processor_seconds", dimensions: dimensions, factory: factory)
    }

    mutating func added(_ key: Key, readyAt: Duration) {
        if running[key] != nil {
            if again[key] == nil { adds.increment() }
            again[key] = min(readyAt, again[key] ?? readyAt)
        } else {
            if waiting[key] == nil { adds.increment() }
            waiting[key] = min(readyAt, waiting[key] ?? readyAt)
        }
    }

    mutating func started(_ key: Key, now: Duration) {
        if let readyAt = waiting.removeValue(forKey: key) { queueDuration.recordNanoseconds(max(.zero, now - readyAt).nanoseconds) }
        running[key] = now
    }

    mutating func finished(_ key: Key, now: Duration) {
        if let start = running.removeValue(forKey: key) { workDuration.recordNanoseconds(max(.zero, now - start).nanoseconds) }
        if let readyAt = again.removeValue(forKey: key) { waiting[key] = readyAt }
    }

    func retried() { retries.increment() }

    mutating func emptied() {
        waiting = [:]
        again = [:]
    }

    /// Brings the gauges up to date.
    func update(now: Duration) {
        depth.record(waiting.values.reduce(0) { $0 + ($1 <= now ? 1 : 0) })
        var (sum, most) = (Duration.zero, Duration.zero)
        for start in running.values {
            let time = max(.zero, now - start)
            sum += time
            most = max(most, time)
        }
        unfinished.record(Double(sum.nanoseconds) / 1e9)
        longest.record(Double(most.nanoseconds) / 1e9)
    }
}
