import Synchronization

extension ObjectStore {
    /// Objects of one resource as they were at one version, in the order of their paths.
    struct Snapshot {
        var version: Int64
        var objects: ArraySlice<StoredObject>
    }

    enum SnapshotError: Error {
        /// The version is older than what is known; the latest one is given.
        case tooOld(current: Int64)
        /// The version has not been written yet.
        case tooNew(current: Int64)
    }

    /// - Parameters:
    ///   - version: nil for now.
    ///   - namespace: nil for all.
    ///   - path: only objects after this one.
    func snapshot(
        _ resource: GroupResource, at version: Int64? = nil, namespace: String? = nil, after path: String? = nil
    ) throws(SnapshotError) -> Snapshot {
        let (current, list, changes) = state.withLock { state in
            let known = state.resources[resource]
            let changes: ArraySlice<Change>? =
                if let version { known.map { $0.history.changes(after: version) } ?? [] } else { [] }
            return (state.version, known?.objects.sorted ?? [], changes)
        }
        if let version, version > current { throw .tooNew(current: current) }
        guard let changes else { throw .tooOld(current: current) }
        let then = list.undoing(changes)
        var objects = then.inNamespace(namespace)
        if let path {
            let start = then.firstIndex(notBefore: path)
            let isThere = start < then.endIndex && then[start].path == path
            let first = max(isThere ? start + 1 : start, objects.startIndex)
            objects = first < objects.endIndex ? then[first..<objects.endIndex] : []
        }
        return Snapshot(version: version ?? current, objects: objects)
    }
}

extension [StoredObject] {
    /// The list as it was before these changes, the oldest first.
    fileprivate func undoing(_ changes: ArraySlice<Change>) -> [StoredObject] {
        guard !changes.isEmpty else { return self }
        var before: [String: StoredObject?] = [:]
        for change in changes where before[change.object.path] == nil {
            before.updateValue(change.previous, forKey: change.object.path)
        }
        var list = filter { before[$0.path] == nil }
        list += before.values.compactMap(\.self)
        return list.sorted { $0.path < $1.path }
    }
}
