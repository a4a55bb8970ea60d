import Synchronization

/// Tells one who performs something that nobody wants it any more.
final class Recall: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Bool, Never>)
        case fired
    }

    private let state = Mutex(State.open)

    var isFired: Bool { state.withLock { if case .fired = $0 { true } else { false } } }

    func fire() {
        let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            defer { state = .fired }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: true)
    }

    /// Returns when it is fired. One may wait at a time.
    /// - Throws: `CancellationError`.
    func wait() async throws {
        let isFired = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Bool? in
                    if case .fired = state { return true }
                    if Task.isCancelled { return false }
                    state = .awaited(continuation)
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard case .awaited(let continuation) = state else { return nil }
                state = .open
                return continuation
            }
            waiting?.resume(returning: false)
        }
        if !isFired { throw CancellationError() }
    }
}
