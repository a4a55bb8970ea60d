import CoreMetrics
import KubeClient

/// What a controller does, by the names that controller-runtime gives to that.
final class ControllerMetrics: Sendable {
    /// How a reconcile ended.
    enum Result: String, CaseIterable {
        case success
        /// It went well, and is due again after a time.
        case requeueAfter = "requeue_after"
        /// It runs again without having failed: superseded by a newer generation, or a conflict.
        case requeue
        case error
    }

    private let results: [Counter]
    private let errors: Counter
    private let terminalErrors: Counter
    private let time: Timer
    private let active: Meter

    /// Nil when nobody collects metrics.
    init?(name: String, workers: Int, factory: any MetricsFactory = MetricsSystem.factory) {
        if factory is NOOPMetricsHandler { return nil }
        let controller = ("controller", name)
        results = Result.allCases.map {
            Counter(label: "controller_runtime_reconcile_total", dimensions: [controller, ("result", $0.rawValue)], factory: factory)
        }
        errors = Counter(label: "controller_runtime_reconcile_errors_total", dimensions: [controller], factory: factory)
        terminalErrors = Counter(label: "controller_runtime_terminal_reconcile_errors_total", dimensions: [controller], factory: factory)
        time = Timer(label: "controller_runtime_reconcile_time_seconds", dimensions: [controller], factory: factory)
        active = Meter(label: "controller_runtime_active_workers", dimensions: [controller], factory: factory)
        Gauge(label: "controller_runtime_max_concurrent_reconciles", dimensions: [controller], factory: factory).record(workers)
        active.set(0)
    }

    func started() { active.increment() }

    func ended(after duration: Duration) {
        active.decrement()
        time.recordNanoseconds(duration.nanoseconds)
    }

    func count(_ result: Result) { results[Result.allCases.firstIndex(of: result)!].increment() }

    /// A reconcile failed; a terminal error is not tried again.
    func failed(terminally: Bool) {
        count(.error)
        errors.increment()
        if terminally { terminalErrors.increment() }
    }
}
