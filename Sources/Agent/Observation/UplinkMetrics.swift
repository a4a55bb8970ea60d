import CoreMetrics

/// What becomes of what the agent tells of its host.
struct UplinkMetrics: Sendable {
    enum Sending: String, Sendable {
        case taken
        /// A replica that doesn't lead answered.
        case notLeading = "not_leading"
        /// The controller will never take it.
        case refused
        /// Nothing answered, or with something that may pass.
        case failed
    }

    private let host: [(String, String)]
    private let factory: any MetricsFactory

    init(host: String, factory: any MetricsFactory = MetricsSystem.factory) {
        self.host = [("host", host)]
        self.factory = factory
    }

    func sent(_ result: Sending) {
        Counter(label: AgentMetricNames.uplinkBatches, dimensions: host + [("result", result.rawValue)], factory: factory).increment()
    }

    /// The host was asked for its metrics.
    func looked(isSuccess: Bool) {
        Counter(
            label: AgentMetricNames.uplinkLooks, dimensions: host + [("result", isSuccess ? "success" : "error")], factory: factory
        ).increment()
    }

    /// - Parameter dropped: records that nobody will hear of.
    func holds(waiting: Int, dropped: Int) {
        Gauge(label: AgentMetricNames.uplinkWaiting, dimensions: host, factory: factory).record(Double(waiting))
        guard dropped > 0 else { return }
        Counter(label: AgentMetricNames.uplinkDropped, dimensions: host, factory: factory).increment(by: Int64(dropped))
    }
}
