public import KubeCore
import Synchronization

/// The one writer of a store. Calls must not overlap: subscribers hear of changes in the order of the calls.
public final class StoreWriter<Object: Resource>: Sendable {
    /// What it writes to.
    public let store: Store<Object>

    /// Writer of a new store, which is empty and not synced.
    public init(indices: [StoreIndex<Object>] = []) { store = Store(indices: indices) }

    /// Takes a whole list over at once; what is missing from it is deleted, unless it is in `kept`.
    /// - Parameter kept: objects that are there and could not be read.
    public func replace(_ list: [Object], keeping kept: Set<ObjectKey> = [], resourceVersion: String) {
        replace(list.map(StoredObject.init), keeping: kept, resourceVersion: resourceVersion)
    }

    func replace(_ list: [StoredObject<Object>], keeping kept: Set<ObjectKey>, resourceVersion: String) {
        write { $0.replace(list, keeping: kept, resourceVersion: resourceVersion, isTold: $1) }
        store.synced.fire()
    }

    /// Takes one event over. One that is older than what the store has seen changes nothing.
    public func apply(_ event: WatchEvent<Object>) { write { contents, _ in contents.apply(event) } }

    /// Passes over an object that can't be read. What the store has of it stays, unless it was deleted.
    public func skip(_ object: UndecodableObject) { write { contents, _ in contents.skip(object) } }

    /// - Parameter change: is told whether anybody wants to hear of it.
    private func write(_ change: (inout StoreContents<Object>, _ isTold: Bool) -> [Change<Object>]) {
        let subscribers = store.state.withLock { state in
            let changes = change(&state.contents, !state.subscribers.isEmpty)
            let subscribers = Array(state.subscribers.values)
            for subscriber in subscribers { subscriber.enqueue(changes) }
            return subscribers
        }
        for subscriber in subscribers { subscriber.tell() }
    }
}
