extension JSON {
    /// Whether at most `depth` arrays and objects stand inside one another here.
    public func isNested(within depth: Int) -> Bool {
        switch self {
        case .array(let elements): depth > 0 && elements.allSatisfy { $0.isNested(within: depth - 1) }
        case .object(let members): depth > 0 && members.values.allSatisfy { $0.isNested(within: depth - 1) }
        default: depth >= 0
        }
    }

    /// This value and all inside it, counted no further than `limit`, so that shared storage seen many times costs bounded time.
    public func valueCount(upTo limit: Int) -> Int {
        var count = 1
        let inside: [JSON]
        switch self {
        case .array(let elements): inside = elements
        case .object(let members): inside = members.values
        default: return count
        }
        for value in inside where count < limit { count += value.valueCount(upTo: limit - count) }
        return count
    }

    /// Equality that takes numbers by their value: `1` and `1.0` are equivalent (RFC 6902, section 4.6).
    public func isEquivalent(to other: JSON) -> Bool {
        switch (self, other) {
        case (.integer(let integer), .double(let double)), (.double(let double), .integer(let integer)):
            Int64(exactly: double) == integer
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { key, value in right[key].map { value.isEquivalent(to: $0) } ?? false }
        default: self == other
        }
    }
}
