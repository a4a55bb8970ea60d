import Synchronization

/// The reconciles that run now, so that a newer generation can cancel its predecessor.
final class RunningReconciles<Key: Hashable & Sendable>: Sendable {
    private struct Running {
        var generation: Int64?
        var superseded: Signal
    }

    private let running = Mutex<[Key: Running]>([:])

    /// Notes that a reconcile starts. The signal fires when it is superseded.
    func start(_ key: Key, generation: Int64?) -> Signal {
        let signal = Signal()
        running.withLock { $0[key] = Running(generation: generation, superseded: signal) }
        return signal
    }

    func end(_ key: Key) { running.withLock { $0[key] = nil } }

    func contains(_ key: Key) -> Bool { running.withLock { $0[key] != nil } }

    /// Cancels the reconcile of `key` if it works on another generation than the one that is there now, or on an object that is gone.
    func supersede(_ key: Key, generation: Int64?) {
        let signal = running.withLock { running in
            guard let current = running[key], let old = current.generation, generation.map({ $0 != old }) ?? true else {
                return nil as Signal?
            }
            return current.superseded
        }
        signal?.fire()
    }
}
