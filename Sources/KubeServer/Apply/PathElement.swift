import JSON

/// One step of a path to a field, as server-side apply names it (`fieldsV1`, structured-merge-diff).
enum PathElement: Sendable, Hashable {
    /// `f:name`: a member of an object.
    case field(String)
    /// `k:{"name":"a"}`: an element of a list of type map, by its keys, sorted by name.
    case key([Key])
    /// `v:"a"`: an element of a list of type set, by its value.
    case value(JSON)
    /// `i:0`: an element by its place. Read and kept, never made here.
    case index(Int)

    struct Key: Sendable, Hashable {
        var name: String
        var value: JSON
    }

    /// The keys in order, whatever order they come in.
    static func keys(_ keys: [Key]) -> PathElement {
        .key(keys.sorted { ByteOrder.compare($0.name, $1.name) < 0 })
    }
}

extension PathElement: Comparable {
    /// Fields first, then keys, values and indices, each among themselves in the order of their bytes or numbers.
    static func < (left: PathElement, right: PathElement) -> Bool { left.compared(to: right) < 0 }

    func compared(to other: PathElement) -> Int {
        switch (self, other) {
        case (.field(let left), .field(let right)): ByteOrder.compare(left, right)
        case (.key(let left), .key(let right)): Self.compare(left, right)
        case (.value(let left), .value(let right)): ByteOrder.compare(left, right)
        case (.index(let left), .index(let right)): left < right ? -1 : left > right ? 1 : 0
        default: rank < other.rank ? -1 : 1
        }
    }

    private static func compare(_ left: [Key], _ right: [Key]) -> Int {
        for (left, right) in zip(left, right) {
            let names = ByteOrder.compare(left.name, right.name)
            if names != 0 { return names }
            let values = ByteOrder.compare(left.value, right.value)
            if values != 0 { return values }
        }
        return left.count - right.count
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }
}

extension PathElement {
    /// As a member of `fieldsV1`.
    var encoded: String {
        switch self {
        case .field(let name): return "f:" + name
        case .key(let keys):
            var object = JSONObject()
            for key in keys { object[key.name] = key.value }
            return "k:" + JSON.object(object).text()
        case .value(let value): return "v:" + value.text()
        case .index(let index): return "i:\(index)"
        }
    }

    /// Nil for a kind of element this version does not know, or one that is malformed.
    init?(encoded: String) {
        let content = String(encoded.dropFirst(2))
        switch encoded.prefix(2) {
        case "f:": self = .field(content)
        case "k:":
            guard let object = (try? JSON.parse(content))?.object else { return nil }
            self = .keys(object.map { Key(name: $0, value: $1) })
        case "v:":
            guard let value = try? JSON.parse(content) else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(content) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    /// As conflicts tell it: `.spec`, `[name="a"]`, `[="a"]`, `[0]`.
    var text: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let keys): "[" + keys.map { "\($0.name)=\($0.value.text())" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(value.text())]"
        case .index(let index): "[\(index)]"
        }
    }
}

/// A path from the root of an object.
typealias FieldPath = [PathElement]

extension FieldPath {
    var text: String { map(\.text).joined() }
}

/// Orders of strings and values that don't depend on a locale or on Unicode equivalence.
enum ByteOrder {
    static func compare(_ left: String, _ right: String) -> Int {
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }

    /// Numbers, strings, booleans, arrays, objects, null.
    static func compare(_ left: JSON, _ right: JSON) -> Int {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.string(let left), .string(let right)): return compare(left, right)
        case (.bool(let left), .bool(let right)): return left == right ? 0 : right ? -1 : 1
        default: break
        }
        if let left = left.double, let right = right.double, left != right { return left < right ? -1 : 1 }
        let (leftRank, rightRank) = (rank(left), rank(right))
        return leftRank == rightRank ? compare(left.text(), right.text()) : leftRank - rightRank
    }

    private static func rank(_ value: JSON) -> Int {
        switch value {
        case .integer, .double: 0
        case .string: 1
        case .bool: 2
        case .array: 3
        case .object: 4
        case .null: 5
        }
    }
}
