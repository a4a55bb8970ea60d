import CoreMetrics
import GraftAPI
import Synchronization

/// Where the slots of this agent are. They are its configuration's, and there as long as it is.
final class SlotMetrics: Sendable {
    private let factory: any MetricsFactory
    private let host: String
    private let states = Mutex<[String: SlotTarget.State]>([:])
    private let trusts = Mutex<[String: SlotTrust.State]>([:])

    init(host: String, factory: any MetricsFactory = MetricsSystem.factory) {
        self.host = host
        self.factory = factory
    }

    func tampered(_ slot: String) {
        Counter(label: AgentMetricNames.tampered, dimensions: [("host", host), ("slot", slot)], factory: factory).increment()
    }

    private func reportTrust(_ report: SlotReport) {
        let state = report.status?.trust?.state
        let before = trusts.withLock { trusts in
            defer { trusts[report.slot] = state }
            return trusts[report.slot]
        }
        guard before != state else { return }
        for other in SlotTrust.State.allCases {
            let dimensions = [("host", host), ("slot", report.slot), ("state", other.rawValue)]
            Gauge(label: AgentMetricNames.trust, dimensions: dimensions, factory: factory).record(other == state ? 1 : 0)
        }
    }

    func report(_ report: SlotReport) {
        reportTrust(report)
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
