import KubeCore
import Synchronization

/// One who hears of a store's changes, one after another, in the order in which the store made them, whichever threads they come from.
///
/// Changes are put in line under the store's lock, which gives the order, and told outside of it, by one thread at a time.
final class Subscriber<Object: Resource>: Sendable {
    private struct State {
        var pending: [[Change<Object>]] = []
        var isTelling = false
        var isCancelled = false
    }

    private let state = Mutex(State())
    private let handle: @Sendable (Change<Object>) -> Void

    init(_ handle: @escaping @Sendable (Change<Object>) -> Void) { self.handle = handle }

    /// Call with the store's lock held.
    func enqueue(_ changes: [Change<Object>]) {
        guard !changes.isEmpty else { return }
        state.withLock { $0.pending.append(changes) }
    }

    /// Tells what is in line, unless another thread is at it: then that one does. Call without the store's lock.
    func tell() {
        let mayBegin = state.withLock { state in
            guard !state.isTelling, !state.pending.isEmpty else { return false }
            state.isTelling = true
            return true
        }
        guard mayBegin else { return }
        while let batches = next() {
            for change in batches.joined() where !isCancelled { handle(change) }
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.pending = []
        }
    }

    private var isCancelled: Bool { state.withLock { $0.isCancelled } }

    private func next() -> [[Change<Object>]]? {
        state.withLock { state in
            if state.isCancelled || state.pending.isEmpty {
                state.isTelling = false
                return nil
            }
            defer { state.pending = [] }
            return state.pending
        }
    }
}
