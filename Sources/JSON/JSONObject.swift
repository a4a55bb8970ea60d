/// The members of a JSON object, in the order they were first set. Keys are unique.
///
/// Look-up is linear for small objects and by hash above `indexThreshold` members.
public struct JSONObject: Sendable {
    /// In the order in which they were first set.
    public private(set) var keys: [String] = []
    /// In the order of their keys.
    public private(set) var values: [JSON] = []
    private var positions: [String: Int]?

    private static let indexThreshold = 12

    /// Without members.
    public init() {}

    /// No members yet, but room for some.
    init(capacity: Int) {
        keys.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
    }

    /// Members whose keys are known to differ.
    init(distinct keys: [String], _ values: [JSON]) {
        self.keys = keys
        self.values = values
        if keys.count > Self.indexThreshold { indexKeys() }
    }

    /// How many members there are.
    public var count: Int { keys.count }
    /// Whether there are none.
    public var isEmpty: Bool { keys.isEmpty }

    /// Setting nil removes the member; setting an existing key keeps its place.
    public subscript(key: String) -> JSON? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Whether there is a member under a key, `null` included.
    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    /// Changes a member where it stands, without copying it. The member appears when it was absent and
    /// `body` leaves a value other than null.
    public mutating func update<Result, Failure: Error>(
        _ key: String, _ body: (inout JSON) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let position = position(of: key) { return try body(&values[position]) }
        var value = JSON.null
        let result = try body(&value)
        if !value.isNull { append(key, value) }
        return result
    }

    /// Adds a member that is known to be absent; the parser's way in, which has checked for duplicates.
    package mutating func append(_ key: String, _ value: JSON) {
        if keys.isEmpty, keys.capacity == 0 { self = JSONObject(capacity: 4) }
        keys.append(key)
        values.append(value)
        if positions != nil {
            positions![key] = keys.count - 1
        } else if keys.count > Self.indexThreshold {
            indexKeys()
        }
    }

    private mutating func indexKeys() {
        var positions: [String: Int] = [:]
        positions.reserveCapacity(keys.count)
        for (position, key) in keys.enumerated() { positions[key] = position }
        self.positions = positions
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return keys.firstIndex(of: key)
    }

    private mutating func remove(at position: Int) {
        keys.remove(at: position)
        values.remove(at: position)
        if positions != nil { indexKeys() }
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> Zip2Sequence<[String], [JSON]>.Iterator { zip(keys, values).makeIterator() }
    public var underestimatedCount: Int { keys.count }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.allSatisfy { key, value in right[key] == value }
    }

    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            combined ^= member.finalize()
        }
        hasher.combine(combined)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(capacity: elements.count)
        for (key, value) in elements { self[key] = value }
    }
}
