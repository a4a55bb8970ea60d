import GraftAPI

/// What one slot has to say: nothing while it belongs to nobody.
struct SlotReport: Sendable, Hashable {
    var slot: String
    var status: SlotStatus?
    var summary: String?

    init(slot: String, of machine: SlotStateMachine) {
        self.slot = slot
        status = machine.status
        summary = machine.summary
    }

    /// The slot can't go on since it can't write down what it does.
    init(slot: String, journalFailure: String, of machine: SlotStateMachine) {
        self.init(slot: slot, of: machine)
        guard let target = status?.target, target.state != .active else { return }
        status?.target = SlotTarget(
            revision: target.revision, state: .failed, blame: .environment, reason: "JournalFailed",
            message: String(journalFailure.prefix(1000)))
    }
}
