import JSON

/// One message of Protocol Buffers' JSON mapping, read strictly.
///
/// Stricter than the mapping where it leaves a choice, so that a document has one reading: members by their lowerCamelCase names
/// alone, enumerations by name, bytes as canonical base64 of the standard alphabet, integers without sign, fraction and exponent. `null` counts
/// as absent, as the mapping has it.
struct ProtoMessage {
    let object: JSONObject
    /// Where it stands, for errors.
    let path: String

    /// What to do with members that the reader doesn't know.
    enum Unknown: Sendable {
        case rejected
        /// For documents whose makers add members, where none can take meaning away from those that are known.
        case tolerated
    }

    init(_ json: JSON, at path: String, members: [String], unknown: Unknown = .rejected) throws(ProtoMessageError) {
        guard let object = json.object else {
            throw ProtoMessageError("\(path.isEmpty ? "the document" : path): wanted an object, found \(json.kind)")
        }
        for key in object.keys where !members.contains(where: { $0.isIdentical(to: key) }) {
            // A key that only looks like a known one would be found under its name: never tolerated.
            let isLookalike = members.contains(key)
            guard unknown == .tolerated, !isLookalike else {
                throw ProtoMessageError("\(path.isEmpty ? "the document" : path): unknown member \"\(key.prefix(64))\"")
            }
        }
        self.object = object
        self.path = path
    }

    func field(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The member's value; nil when it is absent or null.
    func value(_ key: String) -> JSON? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    func has(_ key: String) -> Bool { value(key) != nil }

    func message(_ key: String, members: [String], unknown: Unknown = .rejected) throws(ProtoMessageError) -> ProtoMessage? {
        guard let value = value(key) else { return nil }
        return try ProtoMessage(value, at: field(key), members: members, unknown: unknown)
    }

    /// The elements of a repeated field; none when it is absent. `null` is no element.
    func values(_ key: String) throws(ProtoMessageError) -> [JSON] {
        guard let value = value(key) else { return [] }
        guard let elements = value.array else { throw wrong(key, "an array", value) }
        return elements
    }

    func string(_ key: String) throws(ProtoMessageError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string else { throw wrong(key, "a string", value) }
        return text
    }

    func bytes(_ key: String) throws(ProtoMessageError) -> [UInt8]? {
        guard let text = try string(key) else { return nil }
        guard let bytes = Base64.decode(text) else { throw ProtoMessageError("\(field(key)): not strict standard base64") }
        return bytes
    }

    /// An int64 that can't be negative: a number, or a string of decimal digits.
    func count(_ key: String) throws(ProtoMessageError) -> Int64? {
        guard let value = value(key) else { return nil }
        switch value {
        case .integer(let number) where number >= 0: return number
        case .string(let text):
            guard let number = DecimalDigits.read(text.utf8) else { fallthrough }
            return number
        default: throw ProtoMessageError("\(field(key)): wanted an integer from 0 to 2^63 - 1, found \(Self.shown(value))")
        }
    }

    private func wrong(_ key: String, _ wanted: String, _ found: JSON) -> ProtoMessageError {
        ProtoMessageError("\(field(key)): wanted \(wanted), found \(found.kind)")
    }

    private static func shown(_ value: JSON) -> String {
        switch value {
        case .string(let text): "\"\(String(text.prefix(32)).printable)\""
        case .integer(let number): "\(number)"
        default: value.kind
        }
    }
}

/// Why a message can't be read: which field, what was wanted and found.
struct ProtoMessageError: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
