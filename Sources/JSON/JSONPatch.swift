/// A list of changes to a document, made all or not at all (RFC 6902).
public struct JSONPatch: Sendable, Hashable {
    /// One operation (RFC 6902 §4).
    public enum Operation: Sendable, Hashable {
        /// Adds a member or an element, or replaces a member that is there.
        case add(JSONPointer, JSON)
        /// Removes what must be there.
        case remove(JSONPointer)
        /// Replaces what must be there.
        case replace(JSONPointer, JSON)
        /// Removes a value from one place and adds it at another.
        case move(from: JSONPointer, to: JSONPointer)
        /// Adds a copy of a value at another place.
        case copy(from: JSONPointer, to: JSONPointer)
        /// Fails the patch unless an equal value is there.
        case test(JSONPointer, JSON)
    }

    /// In the order in which they are carried out.
    public var operations: [Operation]

    /// A patch of these operations.
    public init(_ operations: [Operation] = []) { self.operations = operations }
}

/// Limits on what a patch may do, since a few copies of the document into itself make it exponentially larger.
public struct JSONPatchLimits: Sendable {
    /// Of one patch.
    public var operations: Int
    /// Values (each element and member counts) that all `copy` operations together may bring in.
    public var copiedValues: Int
    /// Arrays and objects inside one another in what results.
    public var depth: Int

    /// The defaults are those of an API server, or stricter.
    public init(operations: Int = 10_000, copiedValues: Int = 1_000_000, depth: Int = 128) {
        self.operations = operations
        self.copiedValues = copiedValues
        self.depth = depth
    }
}

/// Why a patch could not be made. The document is unchanged.
public struct JSONPatchError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it was.
    public enum Kind: Sendable, Hashable {
        /// A `test` operation found another value.
        case testFailed
        /// What an operation names is not in the document.
        case missing
        /// The operation can't be made on this document, or breaks a limit.
        case impossible
    }

    /// What kind of failure it was.
    public var kind: Kind
    /// Which operation, from 0.
    public var index: Int
    /// `add`, `remove` and so on.
    public var operation: String
    /// The place it is about.
    public var pointer: JSONPointer
    /// What was found there, and what was wanted.
    public var reason: String

    /// Made of its members.
    public init(kind: Kind, index: Int, operation: String, pointer: JSONPointer, reason: String) {
        self.kind = kind
        self.index = index
        self.operation = operation
        self.pointer = pointer
        self.reason = reason
    }

    public var description: String { "operation \(index) (\(operation) \"\(pointer)\"): \(reason)" }
}

extension JSONPatch: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        operations = try [Operation](from: json, at: path)
    }

    public var json: JSON { operations.json }
}

extension JSONPatch.Operation: JSONConvertible {
    /// The operation's name as it is written.
    public var name: String {
        switch self {
        case .add: "add"
        case .remove: "remove"
        case .replace: "replace"
        case .move: "move"
        case .copy: "copy"
        case .test: "test"
        }
    }

    /// What is changed or tested.
    public var pointer: JSONPointer {
        switch self {
        case .add(let pointer, _), .remove(let pointer), .replace(let pointer, _), .test(let pointer, _): pointer
        case .move(_, let pointer), .copy(_, let pointer): pointer
        }
    }

    /// Unknown members are ignored, as section 4 has it.
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let name: String = try reader.required("op")
        let target: JSONPointer = try reader.required("path")
        switch name {
        case "add": self = .add(target, try Self.value(in: reader))
        case "remove": self = .remove(target)
        case "replace": self = .replace(target, try Self.value(in: reader))
        case "move": self = .move(from: try reader.required("from"), to: target)
        case "copy": self = .copy(from: try reader.required("from"), to: target)
        case "test": self = .test(target, try Self.value(in: reader))
        default:
            throw JSONDecodingError(
                path: path.appending("op"), wanted: "add, remove, replace, move, copy or test", found: "\"\(name.prefix(64))\"")
        }
    }

    /// The `value` member, which may be null but not absent.
    private static func value(in reader: JSONReader) throws(JSONDecodingError) -> JSON {
        guard let value = reader.object["value"] else {
            throw JSONDecodingError(path: reader.path.appending("value"), wanted: "a value", found: "nothing")
        }
        return value
    }

    public var json: JSON {
        var object: JSONObject = ["op": .string(name)]
        switch self {
        case .move(let source, _), .copy(let source, _): object["from"] = source.json
        default: break
        }
        object["path"] = pointer.json
        switch self {
        case .add(_, let value), .replace(_, let value), .test(_, let value): object["value"] = value
        default: break
        }
        return .object(object)
    }
}

extension JSONPointer: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let text = try String(from: json, at: path)
        do {
            try self.init(text)
        } catch {
            throw JSONDecodingError(path: path, wanted: "a JSON pointer", found: "\"\(text.prefix(256))\" (\(error.reason))")
        }
    }

    public var json: JSON { .string(description) }
}
