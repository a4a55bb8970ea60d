/// A dictionary that holds a bounded number of entries: which it drops, it hasn't been asked for lately. Two halves, of which the older is
/// dropped when the newer is full: what is touched moves to the newer.
package struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var newer: [Key: Value] = [:]
    private var older: [Key: Value] = [:]
    private let half: Int

    /// - Parameter limit: the most it holds; at least half of it are those used last.
    package init(limit: Int) { half = max(1, limit / 2) }

    package var count: Int { newer.count + older.count }

    package subscript(key: Key) -> Value? {
        mutating get {
            if let value = newer[key] { return value }
            guard let value = older.removeValue(forKey: key) else { return nil }
            insert(key, value)
            return value
        }
        set {
            older[key] = nil
            if let newValue { insert(key, newValue) } else { newer[key] = nil }
        }
    }

    private mutating func insert(_ key: Key, _ value: Value) {
        if newer.count >= half, newer[key] == nil {
            older = newer
            newer = [:]
        }
        newer[key] = value
    }
}
