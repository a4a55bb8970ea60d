import CoreMetrics
import GraftAPI
import Synchronization

/// Where the slots of this agent are. They are its configuration's, and there as long as it is.
final class SlotMetrics: Sendable {
    private let factory: any MetricsFactory
    private let host: String
    private let states = Mutex<[String: SlotTarget.State]>([:])

    init(host: String, factory: any MetricsFactory = MetricsSystem.factory) {
        self.host = host
        self.factory = factory
    }

    func report(_ report: SlotReport) {
        let state = report.status?.target?.state ?? (report.status?.active == nil ? .empty : .active)
        let isNew = states.withLock { states in
            defer { states[report.slot] = state }
            return states[report.slot] != state
        }
        guard isNew else { return }
        let dimensions = [("host", host), ("slot", report.slot)]
        for other in SlotTarget.State.allCases {
            Gauge(label: AgentMetricNames.slotState, dimensions: dimensions + [("state", other.rawValue)], factory: factory)
                .record(other == state ? 1 : 0)
        }
        Counter(label: AgentMetricNames.transitions, dimensions: dimensions + [("state", state.rawValue)], factory: factory).increment()
    }
}
