/// A JSON value (RFC 8259). Object members keep their order; integers are exact to 64 bits.
///
/// Equality of objects ignores the order of members, as JSON does. `integer` and `double` are different
/// values even when they are numerically equal: what was written as `1` is written back as `1`.
public enum JSON: Sendable, Hashable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number that was written without fraction and exponent and fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case double(Double)
    /// A text.
    case string(String)
    /// Values in their order.
    case array([JSON])
    /// Members, in the order in which they were first set.
    case object(JSONObject)
}

extension JSON {
    /// What kind of value this is, in the words error messages use.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }
    /// The value of a boolean; nil for anything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The value of a string; nil for anything else.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The elements of an array; nil for anything else.
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// The members of an object; nil for anything else.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The value as an integer; a double without a fraction that fits counts as one.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The value as a double; integers are converted.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The member of an object, or nil when this is no object or has no such member. Setting nil removes the
    /// member; setting on anything but an object makes it one.
    public subscript(key: String) -> JSON? {
        get { object?[key] }
        set {
            var members = object ?? JSONObject()
            self = .null  // keep the storage uniquely referenced while it is changed
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The element of an array, or nil when this is no array or the index lies outside it.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject(capacity: elements.count)
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
