import KubeCore

/// What a store holds, and how events change it. Pure: the lock and the delivery of changes are the store's.
struct StoreContents<Object: Resource>: Sendable {
    private(set) var objects: [ObjectKey: StoredObject<Object>] = [:]
    private var tables: [IndexTable<Object>]
    /// Up to which everything has been seen.
    private(set) var resourceVersion: String?
    private(set) var isSynced = false

    init(indices: [StoreIndex<Object>]) { tables = indices.map(IndexTable.init) }

    /// Those that an index finds by a value, in no order.
    func objects(_ index: String, _ value: String) -> [Object] { table(index)?[value].map(\.object) ?? [] }

    func count(_ index: String, _ value: String) -> Int { table(index)?.count(value) ?? 0 }

    func values(_ index: String, sharedByMoreThan count: Int) -> [String] { table(index)?.values(sharedByMoreThan: count) ?? [] }

    private func table(_ name: String) -> IndexTable<Object>? { tables.first { $0.index.name == name } }

    /// Takes a whole list over at once. What is not in it is deleted, unless it is among `kept`.
    /// - Parameter isTold: whether anybody wants to hear of the changes.
    mutating func replace(
        _ list: [StoredObject<Object>], keeping kept: Set<ObjectKey>, resourceVersion: String, isTold: Bool = true
    ) -> [Change<Object>] {
        var changes: [Change<Object>] = []
        if !objects.isEmpty {
            var listed = kept
            listed.reserveCapacity(kept.count + list.count)
            for stored in list { listed.insert(stored.object.key) }
            for key in objects.keys where !listed.contains(key) { remove(key, &changes) }
            for stored in list { put(stored, stored.object.metadata, isInitial: !isSynced, &changes) }
        } else if !fill(list, isTold: isTold, &changes) {
            for stored in list { put(stored, stored.object.metadata, isInitial: !isSynced, &changes) }
        }
        self.resourceVersion = resourceVersion
        isSynced = true
        return changes
    }

    /// Takes a list into an empty store, quickly: readers wait meanwhile.
    /// - Returns: false, with nothing taken, when a key stands twice in the list.
    private mutating func fill(_ list: [StoredObject<Object>], isTold: Bool, _ changes: inout [Change<Object>]) -> Bool {
        objects.reserveCapacity(list.count)
        if isTold { changes.reserveCapacity(list.count) }
        for stored in list {
            let key = stored.object.key
            guard objects.updateValue(stored, forKey: key) == nil else {
                (objects, changes) = ([:], [])
                tables = tables.map { IndexTable($0.index) }
                return false
            }
            for place in tables.indices { tables[place].insert(stored, key) }
            if isTold { changes.append(Change(key: key, from: nil, to: stored, isInitial: !isSynced)) }
        }
        return true
    }

    /// Takes one event of a watch. An event that is older than what was seen, be it sent twice, changes nothing: not even an object that
    /// has been deleted since comes back.
    mutating func apply(_ event: WatchEvent<Object>) -> [Change<Object>] {
        switch event {
        case .added(let object), .modified(let object):
            let metadata = object.metadata
            defer { advance(to: metadata.resourceVersion) }
            var changes: [Change<Object>] = []
            if !isOutdated(metadata) { put(StoredObject(object), metadata, isInitial: false, &changes) }
            return changes
        case .deleted(let object):
            let metadata = object.metadata
            defer { advance(to: metadata.resourceVersion) }
            return isOutdated(metadata) ? [] : removing(metadata.key)
        case .bookmark(let version, _):
            advance(to: version)
            return []
        case .error: return []
        }
    }

    /// An object that can't be read has changed, and stays as it was; or it is gone.
    mutating func skip(_ object: UndecodableObject) -> [Change<Object>] {
        defer { advance(to: object.resourceVersion) }
        guard object.isDeleted, let key = object.key, !isBehind(object.resourceVersion) else { return [] }
        return removing(key)
    }

    mutating func advance(to version: String?) {
        guard let version, !isBehind(version) else { return }
        resourceVersion = version
    }

    /// Whether everything up to this version, and more, has been seen. Of one version there may be several events: a lease in etcd that
    /// runs out takes all objects that it holds in one transaction.
    private func isBehind(_ version: String?) -> Bool { ResourceVersion.isOlder(version, than: resourceVersion) == true }

    private func isOutdated(_ metadata: ObjectMeta) -> Bool {
        if isBehind(metadata.resourceVersion) { return true }
        guard let held = objects[metadata.key]?.object else { return false }
        return ResourceVersion.isOlder(metadata.resourceVersion, than: held.metadata.resourceVersion) == true
    }

    /// - Parameter new: the object's metadata, of which each look at the object makes a copy.
    private mutating func put(
        _ stored: StoredObject<Object>, _ new: ObjectMeta, isInitial: Bool, _ changes: inout [Change<Object>]
    ) {
        let key = new.key
        var old = objects[key]
        if let held = old?.object.metadata {
            if held.uid == new.uid, let version = held.resourceVersion, version == new.resourceVersion { return }
            // Created anew under the same name: whoever holds something of the old one must hear that it is gone.
            if held.uid != new.uid {
                remove(key, &changes)
                old = nil
            }
        }
        objects[key] = stored
        for place in tables.indices {
            if let old { tables[place].remove(old, key) }
            tables[place].insert(stored, key)
        }
        changes.append(Change(key: key, from: old, to: stored, isInitial: isInitial))
    }

    private mutating func removing(_ key: ObjectKey) -> [Change<Object>] {
        var changes: [Change<Object>] = []
        remove(key, &changes)
        return changes
    }

    private mutating func remove(_ key: ObjectKey, _ changes: inout [Change<Object>]) {
        guard let stored = objects.removeValue(forKey: key) else { return }
        for place in tables.indices { tables[place].remove(stored, key) }
        changes.append(Change(key: key, from: stored, to: nil, isInitial: false))
    }
}
