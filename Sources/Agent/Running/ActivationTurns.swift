import Synchronization

/// The host's one turn to activate: whose slot it is, and which slot had it last.
final class ActivationTurns: Sendable {
    private struct State {
        var holder: String?
        var last: String?
    }

    private let state = Mutex(State())
    /// Called when the turn is free again.
    private let released: @Sendable () -> Void

    init(released: @escaping @Sendable () -> Void) { self.released = released }

    /// Takes the turn, unless another slot has it.
    func take(for slot: String) -> Bool {
        state.withLock { state in
            guard state.holder == nil || state.holder == slot else { return false }
            state.holder = slot
            return true
        }
    }

    func mayTake(_ slot: String) -> Bool { state.withLock { $0.holder == nil || $0.holder == slot } }

    /// Gives the turn back, if this slot has it.
    func release(by slot: String) {
        let wasHeld = state.withLock { state in
            guard state.holder == slot else { return false }
            state.holder = nil
            return true
        }
        if wasHeld { released() }
    }

    func activated(_ slot: String) { state.withLock { $0.last = slot } }

    func isLast(_ slot: String) -> Bool { state.withLock { $0.last == nil || $0.last == slot } }
}
