/// Reads the members of one object, for hand-written read models: unknown members are skipped, null counts as absent.
public struct JSONReader {
    /// All members.
    public let object: JSONObject
    /// Where the object stands in its document.
    public let path: JSONPath

    /// Reads the members of an object of a tree.
    public init(_ json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let object = json.object else { throw JSONDecodingError(path: path, wanted: "an object", found: json) }
        self.object = object
        self.path = path
    }

    /// The value of a member that must be there, and not null.
    public func required<Value: JSONDecodable>(_ key: String, as type: Value.Type = Value.self) throws(JSONDecodingError) -> Value {
        guard let value = object[key], !value.isNull else {
            throw JSONDecodingError(path: path.appending(key), wanted: "a value", found: "nothing")
        }
        return try Value(from: value, at: path.appending(key))
    }

    /// The value of a member; nil when it is absent or null.
    public func optional<Value: JSONDecodable>(_ key: String, as type: Value.Type = Value.self) throws(JSONDecodingError) -> Value? {
        guard let value = object[key], !value.isNull else { return nil }
        return try Value(from: value, at: path.appending(key))
    }

    /// The value of a member, or another when it is absent or null.
    public func optional<Value: JSONDecodable>(_ key: String, default value: Value) throws(JSONDecodingError) -> Value {
        try optional(key) ?? value
    }
}

extension JSONObject {
    /// Sets a member only when there is a value: what is unset is left out, never written as null.
    public mutating func set(_ key: String, _ value: (some JSONEncodable)?) {
        if let value { self[key] = value.json }
    }

    /// Sets a member unless the collection is empty.
    public mutating func setUnlessEmpty<Value: Collection & JSONEncodable>(_ key: String, _ value: Value) {
        if !value.isEmpty { self[key] = value.json }
    }
}
