/// The members of one object, for hand-written read models: unknown members are skipped, null counts as absent.
///
/// The object is a tree, or stands in a document that was checked and is read straight from its bytes; values and errors are the same.
public struct JSONMembers: ~Escapable {
    private enum Source: ~Escapable {
        case tree(JSONReader)
        case node(JSONNode)
    }

    private let source: Source

    /// The members of a tree; an error when it is no object.
    @_lifetime(immortal)
    public init(_ json: JSON, at path: JSONPath) throws(JSONDecodingError) { source = .tree(try JSONReader(json, at: path)) }

    /// The members of an object in a document; an error when it is none.
    @_lifetime(copy node)
    public init(_ node: JSONNode) throws(JSONDecodingError) {
        guard node.isObject else { throw JSONDecodingError(wanted: "an object", found: node) }
        source = .node(node)
    }

    /// Where the object stands.
    public var path: JSONPath {
        switch source {
        case .tree(let reader): reader.path
        case .node(let node): node.path
        }
    }

    /// All members, as trees.
    public var object: JSONObject {
        switch source {
        case .tree(let reader): reader.object
        case .node(let node): node.json.object ?? [:]
        }
    }

    // Inlined where they are used, they know what they read, and look no types up: a fifth of the time.

    /// A member that must be there and not be null.
    @inlinable
    public func required<Value: JSONDecodable>(_ key: String, as type: Value.Type = Value.self) throws(JSONDecodingError) -> Value {
        if let node = node(key) { return try Value(reading: node) }
        return try requiredOfTree(key)
    }

    /// A member; nil when it is absent or null.
    @inlinable
    public func optional<Value: JSONDecodable>(_ key: String, as type: Value.Type = Value.self) throws(JSONDecodingError) -> Value? {
        if let node = node(key) { return try Value(reading: node) }
        return isTree ? try optionalOfTree(key) : nil
    }

    /// A member, or what stands for it when it is absent or null.
    @inlinable
    public func optional<Value: JSONDecodable>(_ key: String, default value: @autoclosure () -> Value) throws(JSONDecodingError) -> Value {
        if let node = node(key) { return try Value(reading: node) }
        return isTree ? try optionalOfTree(key) ?? value() : value()
    }

    /// The members of the object under a key; nil when there is none.
    @_lifetime(copy self)
    public func nested(_ key: String) throws(JSONDecodingError) -> JSONMembers? {
        switch source {
        case .tree(let reader):
            guard let value = reader.object[key], !value.isNull else { return nil }
            return try JSONMembers(value, at: path.appending(key))
        case .node(let node):
            guard let value = node.member(key), !value.isNull else { return nil }
            return try JSONMembers(value)
        }
    }

    @usableFromInline var isTree: Bool {
        switch source {
        case .tree: true
        case .node: false
        }
    }

    /// A member with a value; nil when there is none, or the object is a tree.
    @usableFromInline
    @_lifetime(copy self)
    func node(_ key: String) -> JSONNode? {
        switch source {
        case .tree: return nil
        case .node(let node):
            guard let value = node.member(key), !value.isNull else { return nil }
            return value
        }
    }

    /// In a document, the error that the member is missing.
    @usableFromInline
    func requiredOfTree<Value: JSONDecodable>(_ key: String) throws(JSONDecodingError) -> Value {
        if case .tree(let reader) = source { return try reader.required(key) }
        throw JSONDecodingError(path: path.appending(key), wanted: "a value", found: "nothing")
    }

    @usableFromInline
    func optionalOfTree<Value: JSONDecodable>(_ key: String) throws(JSONDecodingError) -> Value? {
        if case .tree(let reader) = source { return try reader.optional(key) }
        return nil
    }
}
