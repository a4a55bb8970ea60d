import KubeCore

/// The objects of a streaming list, until the server says that these were all. Nobody sees them before.
///
/// They come as `ADDED`, in no order of their versions; changes that happen meanwhile come between them.
struct InitialEvents<Object: KubeObject>: Sendable {
    private var objects: [ObjectKey: StoredObject<Object>] = [:]
    /// The versions that deletions came with: what is older and comes later is an echo.
    private var deleted: [ObjectKey: String] = [:]
    private var undecodable: [UndecodableObject] = []
    /// How many events have come.
    private(set) var count = 0

    mutating func take(_ event: WatchEvent<Object>) {
        count += 1
        switch event {
        case .added(let object), .modified(let object):
            let metadata = object.metadata
            let (key, version) = (metadata.key, metadata.resourceVersion)
            let known = objects[key]?.object.metadata.resourceVersion ?? deleted[key]
            guard ResourceVersion.isOlder(version, than: known) != true else { return }
            objects[key] = StoredObject(object)
            deleted[key] = nil
        case .deleted(let object): remove(object.key, object.metadata.resourceVersion)
        case .bookmark, .error: break
        }
    }

    mutating func skip(_ object: UndecodableObject) {
        count += 1
        if object.isDeleted, let key = object.key { remove(key, object.resourceVersion) } else { undecodable.append(object) }
    }

    private mutating func remove(_ key: ObjectKey, _ version: String?) {
        guard ResourceVersion.isOlder(version, than: objects[key]?.object.metadata.resourceVersion) != true else { return }
        objects[key] = nil
        deleted[key] = version
        undecodable.removeAll { $0.key == key }
    }

    /// All of them, as a list would have told them at the version of the bookmark that ends them.
    func list(resourceVersion: String) -> GatheredList<Object> {
        GatheredList(objects: Array(objects.values), undecodable: undecodable, resourceVersion: resourceVersion)
    }
}
