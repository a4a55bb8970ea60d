/// The current objects of one resource, by path and in the order of their paths.
struct ObjectCollection {
    private(set) var sorted: [StoredObject] = []
    private var byPath: [String: StoredObject] = [:]

    subscript(path: String) -> StoredObject? { byPath[path] }

    var count: Int { sorted.count }

    mutating func put(_ object: StoredObject) {
        let index = sorted.firstIndex(notBefore: object.path)
        if byPath.updateValue(object, forKey: object.path) != nil {
            sorted[index] = object
        } else {
            sorted.insert(object, at: index)
        }
    }

    mutating func remove(_ path: String) {
        guard byPath.removeValue(forKey: path) != nil else { return }
        sorted.remove(at: sorted.firstIndex(notBefore: path))
    }
}

extension [StoredObject] {
    /// The place of the first object whose path is `path` or later, in a sorted list.
    func firstIndex(notBefore path: String) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if self[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The objects of one namespace, in a sorted list; nil means all.
    func inNamespace(_ namespace: String?) -> ArraySlice<StoredObject> {
        guard let namespace else { return self[...] }
        // "/" is followed by "0" in ASCII: everything between is in the namespace.
        return self[firstIndex(notBefore: namespace + "/")..<firstIndex(notBefore: namespace + "0")]
    }
}
