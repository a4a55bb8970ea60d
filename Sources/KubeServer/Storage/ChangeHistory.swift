/// The last changes to the objects of one resource, oldest first: what watches resume from and old lists are rebuilt with.
struct ChangeHistory {
    private(set) var changes: ArraySlice<Change> = []
    /// What was written up to this version and is not there any more. Later changes are all there.
    private(set) var floor: Int64 = 0

    init(floor: Int64 = 0, changes: ArraySlice<Change> = []) {
        self.floor = floor
        self.changes = changes
    }

    mutating func append(_ change: Change) { changes.append(change) }

    /// The changes after `version`; nil when they are not known any more.
    func changes(after version: Int64) -> ArraySlice<Change>? {
        guard version >= floor else { return nil }
        var low = changes.startIndex
        var high = changes.endIndex
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].version <= version { low = middle + 1 } else { high = middle }
        }
        return changes[low...]
    }

    /// Forgets the oldest changes until `limit` are left, once they are more than twice as many.
    /// - Returns: what was forgotten; empty most of the time.
    mutating func trim(to limit: Int) -> [Change] {
        guard changes.count > limit * 2 else { return [] }
        return forget(changes.count - limit)
    }

    /// Forgets the oldest `count` changes.
    mutating func forget(_ count: Int) -> [Change] {
        let forgotten = Array(changes.prefix(count))
        guard let last = forgotten.last else { return [] }
        changes = ArraySlice(Array(changes.dropFirst(count)))
        floor = last.version
        return forgotten
    }
}
