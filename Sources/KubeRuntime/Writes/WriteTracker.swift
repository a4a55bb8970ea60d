import KubeCore
import Synchronization

/// Read your own writes: remembers the version of our last write for each key, and holds a reconcile back until the store has seen it.
/// A reconcile that decided on what was there before its own last write would decide the same again.
public final class WriteTracker<Key: Hashable & Sendable>: Sendable {
    private struct Written {
        var resourceVersion: String
        var at: Duration
    }

    private let written = Mutex<[Key: Written]>([:])
    private let patience: Duration
    private let surroundings: Surroundings

    /// - Parameter patience: after which the store is believed without having seen the write: it may never come if the server was
    ///   restored from a backup.
    public init(patience: Duration = .seconds(10), surroundings: Surroundings = .system) {
        self.patience = patience
        self.surroundings = surroundings
    }

    /// Remembers a write. Nil, from a server that tells none, is not remembered.
    public func wrote(_ key: Key, resourceVersion: String?) {
        guard let resourceVersion else { return }
        let now = surroundings.now()
        written.withLock { written in
            if let known = written[key], ResourceVersion.isOlder(resourceVersion, than: known.resourceVersion) == true { return }
            written[key] = Written(resourceVersion: resourceVersion, at: now)
        }
    }

    /// Whether to wait for the store, and for how long before looking again. Nil: it has seen our write, or nothing was written.
    /// - Parameter seen: the store's version, `Store.resourceVersion`, read before the objects are.
    public func delay(_ key: Key, seen: String?) -> Duration? {
        let now = surroundings.now()
        return written.withLock { written in
            guard let last = written[key] else { return nil }
            let hasSeen = seen == last.resourceVersion || ResourceVersion.isOlder(last.resourceVersion, than: seen) == true
            guard !hasSeen, now - last.at < patience else {
                written[key] = nil
                return nil
            }
            // The event wakes the reconcile sooner as a rule; this is for events that never come.
            return min(.milliseconds(100), patience - (now - last.at))
        }
    }

    /// Forgets a key that is gone.
    public func forget(_ key: Key) { written.withLock { $0[key] = nil } }
}
