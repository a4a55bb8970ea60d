import Synchronization

/// What arrives on another thread, handed to the one task that takes it.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func put(_ element: Element) { change { $0.elements.append(element) } }

    /// Nothing comes after what is there.
    func close() { change { $0.isClosed = true } }

    /// The next; nil when there is none any more, or the task is cancelled.
    func next() async -> Element? {
        while !Task.isCancelled {
            let (element, isOver) = state.withLock { state in
                state.elements.isEmpty ? (nil, state.isClosed) : (state.elements.removeFirst(), false)
            }
            if element != nil || isOver { return element }
            await wait()
        }
        return nil
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let goesOn = state.withLock { state in
                    if !state.elements.isEmpty || state.isClosed || Task.isCancelled { return true }
                    state.waiter = waiter
                    return false
                }
                if goesOn { waiter.resume() }
            }
        } onCancel: {
            change { _ in }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
