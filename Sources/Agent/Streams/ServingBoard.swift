import Synchronization

/// Which revision each slot serves, and whether that has changed between two looks.
final class ServingBoard: Sendable {
    struct Serving: Sendable, Hashable {
        /// Another one whenever what serves may have changed.
        var stamp = 0
        /// Nil while it is being changed, and when nothing is there.
        var revision: InstalledRevision?
    }

    /// A function in a struct: one that is itself what a generic type holds is wrapped anew at each inout access.
    private struct Listener {
        var hear: @Sendable () -> Void
    }

    private struct State {
        var slots: [String: Serving] = [:]
        var listener: Listener?
    }

    private let state = Mutex(State())

    func serving(in slot: String) -> Serving { state.withLock { $0.slots[slot] ?? Serving() } }
    var all: [String: Serving] { state.withLock { $0.slots } }

    /// To be called before anything is changed in the host, and again when it is over.
    /// - Parameter revision: nil: it is being changed from now on.
    /// - Returns: whether it was another before.
    @discardableResult
    func note(_ revision: InstalledRevision?, in slot: String) -> Bool {
        let (listener, isNews) = state.withLock { state -> (Listener?, Bool) in
            let before = state.slots[slot]
            guard before == nil || before?.revision != revision else { return (nil, false) }
            state.slots[slot] = Serving(stamp: (before?.stamp ?? 0) + 1, revision: revision)
            return (state.listener, true)
        }
        listener?.hear()
        return isNews
    }

    func connect(_ listen: @escaping @Sendable () -> Void) { state.withLock { $0.listener = Listener(hear: listen) } }
}
