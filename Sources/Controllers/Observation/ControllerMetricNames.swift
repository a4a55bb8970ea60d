/// The controller's own metrics. docs/telemetry.md says what their labels mean.
package enum ControllerMetricNames {
    static let deploymentPhase = "graft_deployment_phase"
    static let deploymentHosts = "graft_deployment_hosts"
    static let hosts = "graft_hosts"
    static let distrustedHosts = "graft_distrusted_hosts"
    static let distrustedRevisions = "graft_distrusted_revisions"
    static let trustRootAge = "graft_trust_root_age_seconds"
    static let trustRootStale = "graft_trust_root_stale"
    static let slotState = "graft_host_slot_state"
    static let streamConnections = "graft_stream_connections"
    static let streamBatches = "graft_stream_batches_total"
    static let streamRecords = "graft_stream_records_total"
    static let streamChanges = "graft_stream_changes_total"
    static let streamMetrics = "graft_stream_metrics"
    static let streamHosts = "graft_stream_hosts"
    static let streamLag = "graft_stream_watermark_lag_seconds"

    package static let all: [(name: String, help: String)] = [
        (deploymentPhase, "1 for the phase a ModuleDeployment is in, 0 for the others."),
        (deploymentHosts, "Hosts of a ModuleDeployment, by how far they are; a host may be in several states."),
        (hosts, "Hosts, by class and by whether their agent is alive."),
        (slotState, "1 for the state a slot of a host is in."),
        (distrustedHosts, "Hosts that run what is no longer accepted, by who judges: the controller, or hosts by themselves."),
        (distrustedRevisions, "Revisions of a ModuleDeployment in use that policies no longer accept."),
        (trustRootAge, "Seconds since a TrustRoot was taken from its publisher."),
        (streamConnections, "Connections of agents that tell of their hosts."),
        (streamBatches, "Batches that came from agents, by whether they were taken, or why not."),
        (streamRecords, "Records of agents: taken, come again, or lost on the way."),
        (streamChanges, "Records in metrics of analyses: counted, too late for their window, or more than is held."),
        (streamMetrics, "Metrics of analyses that are measured by what agents tell."),
        (streamHosts, "Hosts whose agents tell of them."),
        (streamLag, "Seconds since the time up to which all hosts have told everything, of the metric that is furthest behind."),
        (trustRootStale, "1 for a TrustRoot that is older than its maximumAgeDays."),
    ]
}
