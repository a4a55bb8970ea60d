import KubeCore

/// An object in a store. A box: dictionaries move a pointer rather than a struct of many strings.
final class StoredObject<Object: Resource>: Sendable {
    let object: Object
    /// For each index of the store, in its order.
    let values: [[String]]

    init(_ object: Object, _ indices: [StoreIndex<Object>]) {
        self.object = object
        values = indices.map { $0.values(object) }
    }
}

/// What a store holds, and how events change it. Pure: the lock and the delivery of changes are the store's.
struct StoreContents<Object: Resource> {
    private(set) var objects: [ObjectKey: StoredObject<Object>] = [:]
    /// Index name, value, keys.
    private var keys: [String: [String: Set<ObjectKey>]] = [:]
    let indices: [StoreIndex<Object>]
    /// Up to which everything has been seen.
    private(set) var resourceVersion: String?
    private(set) var isSynced = false

    init(indices: [StoreIndex<Object>]) { self.indices = indices }

    func keys(_ index: String, _ value: String) -> Set<ObjectKey> { keys[index]?[value] ?? [] }

    func values(_ index: String, sharedByMoreThan count: Int) -> [String] {
        keys[index]?.lazy.filter { $0.value.count > count }.map(\.key) ?? []
    }

    /// Takes a whole list over at once. What is not in it is deleted, unless it is among `kept`.
    mutating func replace(_ list: [Object], keeping kept: Set<ObjectKey>, resourceVersion: String) -> [Change<Object>] {
        var changes: [Change<Object>] = []
        var listed = kept
        listed.reserveCapacity(list.count)
        for object in list { listed.insert(object.key) }
        for key in objects.keys where !listed.contains(key) { changes += remove(key).map { [$0] } ?? [] }
        for object in list { changes += put(object, isInitial: !isSynced) }
        self.resourceVersion = resourceVersion
        isSynced = true
        return changes
    }

    /// Takes one event of a watch. An event that is older than what is there changes nothing.
    mutating func apply(_ event: WatchEvent<Object>) -> [Change<Object>] {
        switch event {
        case .added(let object), .modified(let object):
            defer { advance(to: object.metadata.resourceVersion) }
            return isOutdated(object) ? [] : put(object, isInitial: false)
        case .deleted(let object):
            defer { advance(to: object.metadata.resourceVersion) }
            guard !isOutdated(object), let change = remove(object.key) else { return [] }
            return [change]
        case .bookmark(let version, _):
            advance(to: version)
            return []
        case .error: return []
        }
    }

    mutating func advance(to version: String?) {
        guard let version, ResourceVersion.isOlder(version, than: resourceVersion) != true else { return }
        resourceVersion = version
    }

    /// Whether the store has a newer state of the same name.
    private func isOutdated(_ object: Object) -> Bool {
        guard let held = objects[object.key]?.object else { return false }
        return ResourceVersion.isOlder(object.metadata.resourceVersion, than: held.metadata.resourceVersion) == true
    }

    private mutating func put(_ object: Object, isInitial: Bool) -> [Change<Object>] {
        let key = object.key
        var changes: [Change<Object>] = []
        var old = objects[key]?.object
        if let held = old?.metadata {
            if held.uid == object.metadata.uid, let version = held.resourceVersion, version == object.metadata.resourceVersion { return [] }
            // Created anew under the same name: whoever holds something of the old one must hear that it is gone.
            if held.uid != object.metadata.uid {
                changes += remove(key).map { [$0] } ?? []
                old = nil
            }
        }
        let stored = StoredObject(object, indices)
        if let before = objects.updateValue(stored, forKey: key) { unindex(key, before) }
        for (index, values) in zip(indices, stored.values) {
            for value in values { keys[index.name, default: [:]][value, default: []].insert(key) }
        }
        changes.append(Change(key: key, old: old, new: object, isInitial: isInitial))
        return changes
    }

    private mutating func remove(_ key: ObjectKey) -> Change<Object>? {
        guard let stored = objects.removeValue(forKey: key) else { return nil }
        unindex(key, stored)
        return Change(key: key, old: stored.object, new: nil)
    }

    private mutating func unindex(_ key: ObjectKey, _ stored: StoredObject<Object>) {
        for (index, values) in zip(indices, stored.values) {
            for value in values {
                keys[index.name]?[value]?.remove(key)
                if keys[index.name]?[value]?.isEmpty ?? false { keys[index.name]?[value] = nil }
            }
        }
    }
}
