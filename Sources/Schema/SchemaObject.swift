public import JSON

/// A struct whose JSON form, reader and schema come from one list of fields.
///
/// Reading skips members that no field names; null counts as absent. Writing leaves out what is nil or an empty collection.
public protocol SchemaObject: SchemaValue, JSONObjectDecodable {
    /// A value to read fields into; required fields are overwritten before anyone sees it.
    init()
    static var fields: [Field<Self>] { get }
    /// Finishes the schema with what spans fields: rules, counts of members, how lists merge.
    static func refine(_ schema: inout StructuralSchema)
}

extension SchemaObject {
    public static func refine(_ schema: inout StructuralSchema) {}

    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.object)
        for field in fields {
            schema.properties.append(.init(field.name, field.schema))
            if field.isRequired { schema.required.append(field.name) }
        }
        refine(&schema)
        return schema
    }

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        self.init()
        for field in Self.fields { try field.read(members, &self) }
    }

    // As `JSONObjectDecodable` has them; here, so that a kind's file need not import `JSON`.
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    public init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }

    public var json: JSON {
        var object = JSONObject()
        for field in Self.fields {
            if let value = field.write(self) { object[field.name] = value }
        }
        return .object(object)
    }
}

/// One field of a `SchemaObject`: its name, its schema, and how it is read and written.
public struct Field<Owner>: Sendable {
    public let name: String
    public let isRequired: Bool
    public let schema: StructuralSchema
    let read: @Sendable (JSONMembers, inout Owner) throws(JSONDecodingError) -> Void
    let write: @Sendable (Owner) -> JSON?

    private init(
        _ name: String, isRequired: Bool, schema: StructuralSchema, about: String,
        read: @escaping @Sendable (JSONMembers, inout Owner) throws(JSONDecodingError) -> Void, write: @escaping @Sendable (Owner) -> JSON?
    ) {
        self.name = name
        self.isRequired = isRequired
        var described = schema
        described.description = about
        self.schema = described
        self.read = read
        self.write = write
    }

    /// A field that must be there.
    public static func required<Value: SchemaValue>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ about: String,
        _ refine: (inout StructuralSchema) -> Void = { _ in }
    ) -> Field {
        var schema = Value.schema
        refine(&schema)
        return Field(name, isRequired: true, schema: schema, about: about) { (members, owner) throws(JSONDecodingError) in
            owner[keyPath: path] = try members.required(name)
        } write: {
            $0[keyPath: path].json
        }
    }

    /// A field that may be absent.
    public static func optional<Value: SchemaValue>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value?> & Sendable, _ about: String,
        _ refine: (inout StructuralSchema) -> Void = { _ in }
    ) -> Field {
        var schema = Value.schema
        refine(&schema)
        return Field(name, isRequired: false, schema: schema, about: about) { (members, owner) throws(JSONDecodingError) in
            owner[keyPath: path] = try members.optional(name)
        } write: {
            $0[keyPath: path]?.json
        }
    }

    /// A field that the API server fills in when it is absent. The default stands in the schema.
    public static func defaulted<Value: SchemaValue>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ value: Value, _ about: String,
        _ refine: (inout StructuralSchema) -> Void = { _ in }
    ) -> Field {
        var schema = Value.schema
        // As an API server keeps it: 50, not 50.0.
        schema.defaultValue =
            if case .double(let number) = value.json { Int64(exactly: number).map(JSON.integer) ?? value.json } else { value.json }
        refine(&schema)
        return Field(name, isRequired: false, schema: schema, about: about) { (members, owner) throws(JSONDecodingError) in
            owner[keyPath: path] = try members.optional(name, default: value)
        } write: {
            $0[keyPath: path].json
        }
    }

    /// A list or map that is left out while it is empty.
    public static func collection<Value: SchemaValue & Collection & Initializable>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ about: String,
        _ refine: (inout StructuralSchema) -> Void = { _ in }
    ) -> Field {
        var schema = Value.schema
        refine(&schema)
        return Field(name, isRequired: false, schema: schema, about: about) { (members, owner) throws(JSONDecodingError) in
            owner[keyPath: path] = try members.optional(name, default: Value())
        } write: {
            // `nil` alone would be read as JSON's null.
            $0[keyPath: path].isEmpty ? JSON?.none : $0[keyPath: path].json
        }
    }
}

/// A collection that can be made empty.
public protocol Initializable { init() }
extension Array: Initializable {}
extension Dictionary: Initializable {}
