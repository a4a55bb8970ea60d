import Synchronization

/// Objects that the collector shall look at, each once, in the order they came.
final class CollectorQueue: Sendable {
    private struct State {
        var waiting: ArraySlice<ObjectPlace> = []
        var known: Set<ObjectPlace> = []
        /// What failed and is looked at again later.
        var postponed: Set<ObjectPlace> = []
        var consumer: CheckedContinuation<ObjectPlace?, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func add(_ place: ObjectPlace) {
        let consumer = state.withLock { state -> CheckedContinuation<ObjectPlace?, Never>? in
            if let consumer = state.consumer.take() { return consumer }
            if state.known.insert(place).inserted { state.waiting.append(place) }
            return nil
        }
        consumer?.resume(returning: place)
    }

    func postpone(_ place: ObjectPlace) { state.withLock { _ = $0.postponed.insert(place) } }

    /// Adds what was postponed.
    func resume() {
        let postponed = state.withLock { state in
            let postponed = state.postponed
            state.postponed = []
            return postponed
        }
        for place in postponed { add(place) }
    }

    /// The next one; nil when the task is cancelled. One consumer.
    func next() async -> ObjectPlace? {
        state.withLock { $0.isCancelled = false }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { consumer in
                let ready: ObjectPlace?? = state.withLock { state in
                    if state.isCancelled || Task.isCancelled { return .some(nil) }
                    if let place = state.waiting.popFirst() {
                        state.known.remove(place)
                        return .some(place)
                    }
                    state.consumer = consumer
                    return nil
                }
                if let ready { consumer.resume(returning: ready) }
            }
        } onCancel: {
            let consumer = state.withLock { state in
                state.isCancelled = true
                return state.consumer.take()
            }
            consumer?.resume(returning: nil)
        }
    }
}
