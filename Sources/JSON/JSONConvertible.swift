/// A value that can be read from JSON: from a tree, and straight from a document's bytes.
///
/// The first initialiser alone will do: then a document's part is made a tree for it. A type that is made of an object's members conforms to
/// `JSONObjectDecodable` instead, writes one initialiser, and is read from both.
public protocol JSONDecodable {
    /// Reads a value that stands somewhere in a document.
    /// - Parameter path: where `json` stands in its document, for errors.
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError)
    /// Reads a value of a document that was checked, without making a tree of it.
    init(reading node: JSONNode) throws(JSONDecodingError)
}

/// A value that is made of the members of an object.
public protocol JSONObjectDecodable: JSONDecodable {
    /// Reads the members that it wants, of a tree or of a document.
    init(reading members: JSONMembers) throws(JSONDecodingError)
}

/// A value that can be written as JSON.
public protocol JSONEncodable {
    /// The value as JSON; what is unset is left out, never written as null.
    var json: JSON { get }
}

/// A value that can be both read and written.
public typealias JSONConvertible = JSONDecodable & JSONEncodable
/// A value that is made of an object's members and can be written.
public typealias JSONObjectConvertible = JSONObjectDecodable & JSONEncodable

extension JSONDecodable {
    /// Reads a whole document.
    public init(from json: JSON) throws(JSONDecodingError) { try self.init(from: json, at: .root) }
    /// Makes a tree of the value, and reads that.
    public init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(from: node.json, at: node.path) }
}

extension JSONObjectDecodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    /// Reads the members of an object; any other value is an error.
    public init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }
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

    /// Names the kind of value that was found, and where it stands.
    public init(wanted: String, found node: JSONNode) {
        self.init(path: node.path, wanted: wanted, found: node.kind)
    }

    /// What the document's author wrote is visible in it, and cut when it is long: it may stand in a status, a log and a terminal.
    public var description: String {
        "\(path.components.isEmpty ? "the document" : path.description.printable): wanted \(wanted.printable), found \(found.printable)"
    }
}
