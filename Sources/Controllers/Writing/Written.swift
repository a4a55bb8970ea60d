import KubeCore
import KubeRuntime
import Synchronization

/// What we wrote last and the watch has not brought back yet, so that a reconcile sees its own writes.
final class Written<Object: Resource>: Sendable {
    private let objects = Mutex<[ObjectKey: Object]>([:])

    init() {}

    /// Forgets what the store has seen.
    func follow(_ store: Store<Object>) -> Subscription {
        store.subscribe { change in
            self.objects.withLock { objects in
                guard let written = objects[change.key] else { return }
                let isOlder = change.new.flatMap {
                    ResourceVersion.isOlder($0.metadata.resourceVersion, than: written.metadata.resourceVersion)
                }
                guard isOlder != true else { return }
                objects[change.key] = nil
                // Room for all that were written at once, as when another leads, is not kept for ever.
                if objects.isEmpty { objects = [:] }
            }
        }
    }

    func remember(_ object: Object) { objects.withLock { $0[object.key] = object } }
    func forget(_ key: ObjectKey) { objects.withLock { $0[key] = nil } }

    /// The newer of what the store has and what we wrote.
    func newest(_ key: ObjectKey, in store: Store<Object>) -> Object? {
        let seen = store.get(key)
        guard let written = objects.withLock({ $0[key] }) else { return seen }
        guard let seen else { return written }
        return ResourceVersion.isOlder(seen.metadata.resourceVersion, than: written.metadata.resourceVersion) == true ? written : seen
    }

    /// Those of ours that satisfy a condition, whether the store has seen them or not.
    func all(where matches: (Object) -> Bool) -> [Object] { objects.withLock { $0.values.filter(matches) } }
}
