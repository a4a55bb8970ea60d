public import JSON

/// A Swift type that knows its own schema: what is read, what is written and what the CRD says come from one declaration.
public protocol SchemaValue: JSONConvertible, Sendable {
    static var schema: StructuralSchema { get }
}

extension String: SchemaValue { public static var schema: StructuralSchema { StructuralSchema(.string) } }
extension Bool: SchemaValue { public static var schema: StructuralSchema { StructuralSchema(.boolean) } }
extension Int: SchemaValue {
    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.integer)
        schema.format = "int64"
        return schema
    }
}
extension Int64: SchemaValue { public static var schema: StructuralSchema { Int.schema } }
extension Double: SchemaValue { public static var schema: StructuralSchema { StructuralSchema(.number) } }

extension Array: SchemaValue where Element: SchemaValue {
    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.array)
        schema.items = Element.schema
        return schema
    }
}

extension Dictionary: SchemaValue where Key == String, Value: SchemaValue {
    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.object)
        schema.additionalProperties = .schema(Value.schema)
        return schema
    }
}

/// Any object, kept as it is.
///
/// Not simply an object that preserves unknown fields: API servers compare two of those by the members that both have, so that under the
/// rule `self == oldSelf` a member can be renamed. The entries of a map they compare by name.
extension JSON: SchemaValue {
    public static var schema: StructuralSchema {
        var anything = StructuralSchema()
        anything.preservesUnknownFields = true
        anything.nullable = true
        var schema = StructuralSchema(.object)
        schema.additionalProperties = .schema(anything)
        return schema
    }
}

/// A closed set of names.
extension SchemaValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.string)
        schema.allowedValues = allCases.map { .string($0.rawValue) }
        return schema
    }

    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let name = json.string, let value = Self(rawValue: name) else {
            throw JSONDecodingError(
                path: path, wanted: "one of " + Self.allCasesText, found: json.string ?? json.kind)
        }
        self = value
    }

    public init(reading node: JSONNode) throws(JSONDecodingError) {
        guard let name = node.string, let value = Self(rawValue: name) else {
            throw JSONDecodingError(path: node.path, wanted: "one of " + Self.allCasesText, found: node.string ?? node.kind)
        }
        self = value
    }

    public var json: JSON { .string(rawValue) }

    private static var allCasesText: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
