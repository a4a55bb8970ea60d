public import KubeCore

/// Where a controller's keys come from: the changes of one store.
public struct Trigger<Key: Hashable & Sendable>: Sendable {
    let subscribe: @Sendable (_ enqueue: @escaping @Sendable (Key, WorkPriority) -> Void) -> Subscription
    /// Enqueues the keys of all that is there.
    let replay: @Sendable (_ enqueue: (Key) -> Void) -> Void
    let waitUntilSynced: @Sendable () async throws -> Void

    /// - Parameter keys: which keys a change concerns. Must be quick: the watch waits for it.
    public static func changes<Object: Resource>(
        of store: Store<Object>, _ keys: @escaping @Sendable (Change<Object>) -> [Key]
    ) -> Trigger {
        Trigger(
            subscribe: { enqueue in
                store.subscribe { change in
                    for key in keys(change) { enqueue(key, change.isInitial ? .low : .normal) }
                }
            },
            replay: { enqueue in
                for object in store.all() {
                    for key in keys(Change(key: object.key, from: nil, to: StoredObject(object), isInitial: true)) { enqueue(key) }
                }
            },
            waitUntilSynced: { try await store.waitUntilSynced() })
    }
}

extension Trigger where Key == ObjectKey {
    /// Each object is its own key.
    public static func changes<Object: Resource>(of store: Store<Object>) -> Trigger { changes(of: store) { [$0.key] } }
}
