import Synchronization

/// Wakes the one task that looks after something. A wake while nobody waits is kept; several count as one.
package final class Wake: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func wake() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isPending = true }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when woken or cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }?.resume()
        }
    }

    /// Returns when woken, or after a time; nil waits without an end.
    /// - Throws: `CancellationError`.
    package func wait(atMost limit: Duration?, _ surroundings: Surroundings) async throws {
        guard let limit else {
            await wait()
            return try Task.checkCancellation()
        }
        guard limit > .zero else { return }
        try await firstOf({ await self.wait() }, { try await surroundings.sleep(limit) })
        try Task.checkCancellation()
    }
}
