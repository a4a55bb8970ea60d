internal import Synchronization

/// Lets so many in at once, and the others in the order in which they came.
package final class Turnstile: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private struct State {
        var free: Int
        var next = 0
        var waiting: [(id: Int, waiter: Waiter)] = []
    }

    private let state: Mutex<State>

    /// - Parameter limit: at least one.
    package init(_ limit: Int) { state = Mutex(State(free: max(1, limit))) }

    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Runs the body when it is its turn.
    /// - Throws: `CancellationError` while it waits, or what the body throws.
    package func pass<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                let isCancelled: Bool? = state.withLock { state in
                    if Task.isCancelled { return true }
                    if state.free > 0 {
                        state.free -= 1
                        return false
                    }
                    state.waiting.append((id, waiter))
                    return nil
                }
                switch isCancelled {
                case true?: waiter.resume(throwing: CancellationError())
                case false?: waiter.resume()
                case nil: break
                }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).waiter }
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().waiter }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
