import KubeCore
import KubeRuntime
import Synchronization

/// What we wrote last and the watch has not brought back yet, so that a reconcile sees its own writes.
final class Written<Object: Resource>: Sendable {
    private let objects = Mutex<[ObjectKey: Object]>([:])
    private let store: Store<Object>

    /// - Parameter store: what the watch brings back.
    init(_ store: Store<Object>) { self.store = store }

    /// Forgets what the store has seen.
    func follow() -> Subscription {
        store.subscribe { change in
            self.objects.withLock { objects in
                guard let written = objects[change.key] else { return }
                let isOlder = change.new.flatMap {
                    ResourceVersion.isOlder($0.metadata.resourceVersion, than: written.metadata.resourceVersion)
                }
                guard isOlder != true else { return }
                Self.forget(change.key, in: &objects)
            }
        }
    }

    /// Keeps an object until the watch has brought it back; if it was quicker than the answer to the write, not at all.
    func remember(_ object: Object) {
        let (key, version) = (object.key, object.metadata.resourceVersion)
        objects.withLock { $0[key] = object }
        // After it is kept: what the store hears from now on is told to `follow`.
        guard let seen = store.resourceVersion, ResourceVersion.isOlder(seen, than: version) == false else { return }
        objects.withLock { objects in
            if objects[key]?.metadata.resourceVersion == version { Self.forget(key, in: &objects) }
        }
    }

    func forget(_ key: ObjectKey) { objects.withLock { Self.forget(key, in: &$0) } }

    /// How many are kept.
    var count: Int { objects.withLock { $0.count } }

    /// The newer of what the store has and what we wrote.
    func newest(_ key: ObjectKey) -> Object? {
        let seen = store.get(key)
        guard let written = objects.withLock({ $0[key] }) else { return seen }
        guard let seen else { return written }
        return ResourceVersion.isOlder(seen.metadata.resourceVersion, than: written.metadata.resourceVersion) == true ? written : seen
    }

    /// Those of ours that satisfy a condition, which the store has not seen.
    func all(where matches: (Object) -> Bool) -> [Object] { objects.withLock { $0.values.filter(matches) } }

    private static func forget(_ key: ObjectKey, in objects: inout [ObjectKey: Object]) {
        objects[key] = nil
        // Room for all that were written at once, as when another leads, is not kept for ever.
        if objects.isEmpty { objects = [:] }
    }
}
