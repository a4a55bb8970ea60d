import CoreMetrics

/// Whether we lead, as `leader_election_master_status`, by the name of the lease.
struct LeadershipStatus: Sendable {
    private let gauge: Gauge

    /// We stand by.
    init(lease name: String, factory: any MetricsFactory = MetricsSystem.factory) {
        gauge = Gauge(label: "leader_election_master_status", dimensions: [("name", name)], factory: factory)
        set(false)
    }

    func set(_ isLeading: Bool) { gauge.record(isLeading ? 1 : 0) }
}
