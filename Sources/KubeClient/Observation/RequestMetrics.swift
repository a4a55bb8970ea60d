import CoreMetrics
import Synchronization

/// Counts and times the requests to one host, by the names that client-go gives to that. The series belong to the process.
final class RequestMetrics: Sendable {
    private struct Series {
        var counters: [String: Counter] = [:]
        var timers: [String: Timer] = [:]
    }

    private let host: String
    private let factory: any MetricsFactory
    private let series = Mutex(Series())

    /// Nil when nobody collects metrics.
    init?(host: String, factory: any MetricsFactory = MetricsSystem.factory) {
        if factory is NOOPMetricsHandler { return nil }
        self.host = host
        self.factory = factory
    }

    /// - Parameter code: the status, or `<error>` when there was no answer.
    func count(_ method: String, code: String) {
        let counter = series.withLock { series in
            if let known = series.counters["\(method) \(code)"] { return known }
            let counter = Counter(
                label: "rest_client_requests_total", dimensions: [("code", code), ("method", method), ("host", host)], factory: factory)
            series.counters["\(method) \(code)"] = counter
            return counter
        }
        counter.increment()
    }

    /// - Parameter time: until the head of the answer.
    func record(_ method: String, _ time: Duration) {
        let timer = series.withLock { series in
            if let known = series.timers[method] { return known }
            let timer = Timer(
                label: "rest_client_request_duration_seconds", dimensions: [("verb", method), ("host", host)], factory: factory)
            series.timers[method] = timer
            return timer
        }
        timer.recordNanoseconds(time.nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, at most what 64 bits hold.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, again) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || again ? .max : sum
    }
}
