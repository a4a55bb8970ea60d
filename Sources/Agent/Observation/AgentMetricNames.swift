/// The agent's own metrics. docs/telemetry.md says what their labels mean.
package enum AgentMetricNames {
    static let slotState = "graft_slot_state"
    static let transitions = "graft_slot_transitions_total"
    static let trust = "graft_slot_trust"
    static let tampered = "graft_slot_tampered_total"

    package static let all: [(name: String, help: String)] = [
        (slotState, "1 for the state a slot is in, 0 for the others."),
        (transitions, "Times a slot came to a state."),
        (trust, "1 for what today's policies say of what a slot runs, 0 for the others."),
        (tampered, "Times files of a slot were found changed by somebody else."),
    ]
}
