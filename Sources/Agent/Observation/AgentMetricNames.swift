/// The agent's own metrics. docs/telemetry.md says what their labels mean.
package enum AgentMetricNames {
    static let slotState = "graft_slot_state"
    static let transitions = "graft_slot_transitions_total"
    static let trust = "graft_slot_trust"
    static let tampered = "graft_slot_tampered_total"
    static let uplinkBatches = "graft_uplink_batches_total"
    static let uplinkLooks = "graft_uplink_looks_total"
    static let uplinkWaiting = "graft_uplink_records_waiting"
    static let uplinkDropped = "graft_uplink_records_dropped_total"

    package static let all: [(name: String, help: String)] = [
        (slotState, "1 for the state a slot is in, 0 for the others."),
        (transitions, "Times a slot came to a state."),
        (trust, "1 for what today's policies say of what a slot runs, 0 for the others."),
        (tampered, "Times files of a slot were found changed by somebody else."),
        (uplinkBatches, "Batches that were sent to the controller, by what came of it."),
        (uplinkLooks, "Looks at the metrics that the host exposes."),
        (uplinkWaiting, "Records that wait until the controller has taken them."),
        (uplinkDropped, "Records that nobody will hear of: too many or too old, or refused for good."),
    ]
}
