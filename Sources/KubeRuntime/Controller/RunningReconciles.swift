import Synchronization

/// The reconciles that run now, so that a newer generation can cancel its predecessor, and one clock can look after the deadlines of all.
final class RunningReconciles<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var running: [Key: RunningReconcile] = [:]
        /// When `watch` looks at the deadlines next; nil while it waits for a first one.
        var alarm: Duration?
    }

    private let state = Mutex(State())
    private let begun = Wake()

    /// Notes that a reconcile starts.
    /// - Parameter deadline: never earlier than that of one that started before.
    func start(_ key: Key, generation: Int64?, deadline: Duration) -> RunningReconcile {
        let reconcile = RunningReconcile(generation: generation, deadline: deadline)
        let isFirst = state.withLock { state in
            state.running[key] = reconcile
            guard state.alarm == nil else { return false }
            state.alarm = deadline
            return true
        }
        if isFirst { begun.wake() }
        return reconcile
    }

    func end(_ key: Key) { state.withLock { $0.running[key] = nil } }

    func contains(_ key: Key) -> Bool { state.withLock { $0.running[key] != nil } }

    /// Cancels the reconcile of `key` if it works on another generation than the one that is there now, or on an object that is gone.
    func supersede(_ key: Key, generation: Int64?) {
        guard let current = state.withLock({ $0.running[key] }), let old = current.generation, generation.map({ $0 != old }) ?? true else {
            return
        }
        current.interrupt(.superseded)
    }

    /// Cancels what passes its deadline. One timer for all: one for each reconcile would stay with the system until its time, however soon the
    /// reconcile ends.
    /// - Throws: `CancellationError`.
    func watch(_ surroundings: Surroundings) async throws {
        while true {
            let pause = state.withLock { state in state.alarm.map { $0 - surroundings.now() } }
            try await begun.wait(atMost: pause, surroundings)
            let now = surroundings.now()
            let overdue: [RunningReconcile] = state.withLock { state in
                // Kept while nothing runs, too: else each start of a reconcile would wake this task.
                guard let alarm = state.alarm, alarm <= now else { return [] }
                let overdue = state.running.values.filter { $0.deadline <= now }
                state.alarm = state.running.values.lazy.map(\.deadline).filter { $0 > now }.min()
                return overdue
            }
            for reconcile in overdue { reconcile.interrupt(.overdue) }
        }
    }
}

/// One reconcile that runs, and what may cut it short.
final class RunningReconcile: Sendable {
    enum Interruption: Sendable {
        /// A newer generation is there, or the object is gone.
        case superseded
        /// Its deadline has passed.
        case overdue
    }

    let generation: Int64?
    let deadline: Duration
    private let cause = Mutex<Interruption?>(nil)
    private let signal = Signal()

    init(generation: Int64?, deadline: Duration) { (self.generation, self.deadline) = (generation, deadline) }

    /// The first counts.
    func interrupt(_ interruption: Interruption) {
        cause.withLock { $0 = $0 ?? interruption }
        signal.fire()
    }

    /// Returns when it is to be cut short.
    /// - Throws: `CancellationError`.
    func interruption() async throws -> Interruption {
        try await signal.wait()
        return cause.withLock { $0 } ?? .superseded
    }
}
