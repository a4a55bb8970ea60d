/// The agent's own metrics. docs/telemetry.md says what their labels mean.
package enum AgentMetricNames {
    static let slotState = "graft_slot_state"
    static let transitions = "graft_slot_transitions_total"

    package static let all: [(name: String, help: String)] = [
        (slotState, "1 for the state a slot is in, 0 for the others."),
        (transitions, "Times a slot came to a state."),
    ]
}
