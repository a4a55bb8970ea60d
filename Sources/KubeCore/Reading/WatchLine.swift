import JSON

/// One line of a watch, read: an event, or an object its reader can't read.
public enum WatchLine<Object: KubeObject>: Sendable {
    /// What happened.
    case event(WatchEvent<Object>)
    /// Something happened to an object that can't be read.
    case undecodable(UndecodableObject)

    /// Reads `{"type": …, "object": …}` (`metav1.WatchEvent`), the object straight from its bytes.
    /// - Throws: `JSONSyntaxError` or `JSONDecodingError` when it is no such envelope.
    public init(parsing bytes: ArraySlice<UInt8>) throws {
        guard let line = try Self.read(bytes) else {
            // Says what is wrong, and where.
            let json = try JSON.parse(bytes)
            throw JSONDecodingError(path: .root, wanted: "an object with a type and an object", found: json)
        }
        self = line
    }

    /// Nil when the bytes are no envelope.
    private static func read(_ bytes: ArraySlice<UInt8>) throws -> WatchLine? {
        var cursor = RawJSON.Cursor(bytes)
        var type: String?
        /// Where the object begins, when its type comes behind it.
        var deferred: RawJSON.Cursor?
        var line: WatchLine?
        guard cursor.skip("{") else { return nil }
        repeat {
            guard let key = cursor.key() else { return nil }
            if key.isString("type"), type == nil {
                guard let value = cursor.value() else { return nil }
                type = try String(parsing: value.bytes, at: JSONPath([.key("type")]))
            } else if key.isString("object"), line == nil, deferred == nil {
                if let type {
                    line = try WatchLine(type: type, object: &cursor)
                } else {
                    deferred = cursor
                    guard cursor.value() != nil else { return nil }
                }
                guard line != nil || deferred != nil else { return nil }
            } else {
                guard cursor.value() != nil else { return nil }
            }
        } while cursor.skip(",")
        guard cursor.skip("}") else { return nil }
        cursor.skipSpace()
        guard cursor.isAtEnd else { return nil }
        if var deferred, let type { line = try WatchLine(type: type, object: &deferred) }
        return line
    }

    /// Nil when there is no value at the cursor.
    private init?(type: String, object cursor: inout RawJSON.Cursor) throws {
        let path = JSONPath([.key("object")])
        switch type {
        case "ADDED", "MODIFIED", "DELETED":
            switch cursor.read(Object.self, at: path) {
            case .value(let value):
                self = .event(type == "ADDED" ? .added(value) : type == "MODIFIED" ? .modified(value) : .deleted(value))
            case .failure(let object, let error):
                var skipped = UndecodableObject(object, error)
                skipped.isDeleted = type == "DELETED"
                self = .undecodable(skipped)
            case nil: return nil
            }
        case "BOOKMARK":
            guard let object = cursor.value() else { return nil }
            let bookmark = try Bookmark(parsing: object.bytes, at: path)
            self = .event(.bookmark(resourceVersion: bookmark.resourceVersion, initialEventsEnd: bookmark.isInitialEventsEnd))
        case "ERROR":
            guard let object = cursor.value() else { return nil }
            self = .event(.error(try KubeError(parsing: object.bytes, at: path)))
        default:
            throw JSONDecodingError(
                path: JSONPath([.key("type")]), wanted: "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR", found: type)
        }
    }
}

/// An object of which only the resource version counts.
private struct Bookmark: JSONObjectDecodable {
    var resourceVersion: String
    var isInitialEventsEnd: Bool

    init(reading members: JSONMembers) throws(JSONDecodingError) {
        guard let metadata = try members.nested("metadata") else {
            throw JSONDecodingError(path: members.path.appending("metadata"), wanted: "a value", found: "nothing")
        }
        resourceVersion = try metadata.required("resourceVersion")
        isInitialEventsEnd = try metadata.nested("annotations")?.optional("k8s.io/initial-events-end", as: String.self) == "true"
    }
}
