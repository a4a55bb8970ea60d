/// A value that can be read from JSON. `path` says where `json` stands in its document, for errors.
public protocol JSONDecodable {
    /// Reads a value that stands somewhere in a document.
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError)
}

/// A value that can be written as JSON.
public protocol JSONEncodable {
    /// The value as JSON; what is unset is left out, never written as null.
    var json: JSON { get }
}

/// A value that can be both read and written.
public typealias JSONConvertible = JSONDecodable & JSONEncodable

extension JSONDecodable {
    /// Reads a whole document.
    public init(from json: JSON) throws(JSONDecodingError) { try self.init(from: json, at: .root) }
}

/// A JSON value that is not of the shape its reader wanted: names the field, what was wanted and what was found.
public struct JSONDecodingError: Error, Hashable, CustomStringConvertible {
    /// Where in the document.
    public var path: JSONPath
    /// What the reader wanted there, with its article: "a string".
    public var wanted: String
    /// What is there: a kind of value, or the value.
    public var found: String

    /// Names what was found.
    public init(path: JSONPath, wanted: String, found: String) {
        self.path = path
        self.wanted = wanted
        self.found = found
    }

    /// Names the kind of the value that was found.
    public init(path: JSONPath, wanted: String, found json: JSON) {
        self.init(path: path, wanted: wanted, found: json.kind)
    }

    public var description: String {
        "\(path.components.isEmpty ? "the document" : path.description): wanted \(wanted), found \(found)"
    }
}

extension JSON: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) { self = json }
    public var json: JSON { self }
}

extension String: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.string else { throw JSONDecodingError(path: path, wanted: "a string", found: json) }
        self = value
    }
    public var json: JSON { .string(self) }
}

extension Bool: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.bool else { throw JSONDecodingError(path: path, wanted: "a boolean", found: json) }
        self = value
    }
    public var json: JSON { .bool(self) }
}

extension Int64: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.integer else { throw JSONDecodingError(path: path, wanted: "an integer", found: json) }
        self = value
    }
    public var json: JSON { .integer(self) }
}

extension Int: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        self = Int(try Int64(from: json, at: path))
    }
    public var json: JSON { .integer(Int64(self)) }
}

extension Double: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.double else { throw JSONDecodingError(path: path, wanted: "a number", found: json) }
        self = value
    }
    public var json: JSON { .double(self) }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let elements = json.array else { throw JSONDecodingError(path: path, wanted: "an array", found: json) }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            append(try Element(from: element, at: path.appending(index)))
        }
    }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    public var json: JSON { .array(map(\.json)) }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let object = json.object else { throw JSONDecodingError(path: path, wanted: "an object", found: json) }
        self = [:]
        reserveCapacity(object.count)
        for (key, value) in object { self[key] = try Value(from: value, at: path.appending(key)) }
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// Members are sorted by key, so that equal dictionaries are written as equal bytes.
    public var json: JSON {
        var object = JSONObject()
        for key in keys.sorted() { object[key] = self[key]!.json }
        return .object(object)
    }
}
