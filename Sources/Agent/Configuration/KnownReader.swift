import JSON

/// Reads the members of an object and remembers which it was asked for, so that a misspelt one is an error and not a default.
final class KnownReader {
    private let reader: JSONReader
    private let path: JSONPath
    private var known: Set<String> = []

    init(_ json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        reader = try JSONReader(json, at: path)
        self.path = path
    }

    func required<Value: JSONDecodable>(_ key: String) throws(JSONDecodingError) -> Value {
        known.insert(key)
        return try reader.required(key)
    }

    func optional<Value: JSONDecodable>(_ key: String) throws(JSONDecodingError) -> Value? {
        known.insert(key)
        return try reader.optional(key)
    }

    /// A JSON pointer (RFC 6901).
    func pointer(_ key: String) throws(JSONDecodingError) -> JSONPointer? {
        guard let text: String = try optional(key) else { return nil }
        do { return try JSONPointer(text) } catch {
            throw JSONDecodingError(path: path.appending(key), wanted: "a JSON pointer like /version", found: text)
        }
    }

    func refuseUnknown() throws(JSONDecodingError) {
        if let unknown = reader.object.keys.first(where: { !known.contains($0) }) {
            throw JSONDecodingError(
                path: path.appending(unknown), wanted: known.sorted().joined(separator: ", "), found: "an unknown field")
        }
    }
}
