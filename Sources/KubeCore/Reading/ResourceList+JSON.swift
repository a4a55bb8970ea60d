import JSON

extension ResourceList {
    /// Reads a `…List` object, each item straight from its bytes: an item that can't be read, be it that it is of another shape, too deep, or no JSON
    /// that our parser accepts, lands in `undecodable`, and the others are read all the same.
    /// - Throws: `JSONSyntaxError` or `JSONDecodingError` when it is no list.
    public init(parsing bytes: [UInt8]) throws {
        self.init(items: [], resourceVersion: "")
        guard try read(bytes[...]) else {
            // Says what is wrong, and where.
            let json = try JSON.parse(bytes)
            throw JSONDecodingError(path: JSONPath([.key("items")]), wanted: "an array", found: json["items"]?.kind ?? "nothing")
        }
    }

    /// False when the bytes are no list.
    private mutating func read(_ bytes: ArraySlice<UInt8>) throws -> Bool {
        var cursor = RawJSON.Cursor(bytes)
        var hasItems = false
        guard cursor.skip("{") else { return false }
        repeat {
            guard let key = cursor.key() else { return false }
            if key.isString("items") {
                guard !hasItems, readItems(&cursor) else { return false }
                hasItems = true
            } else {
                guard let value = cursor.value() else { return false }
                if key.isString("metadata") { read(try ListMetadata(parsing: value.bytes, at: JSONPath([.key("metadata")]))) }
            }
        } while cursor.skip(",")
        guard cursor.skip("}") else { return false }
        cursor.skipSpace()
        return cursor.isAtEnd && hasItems
    }

    private mutating func read(_ metadata: ListMetadata) {
        resourceVersion = metadata.resourceVersion
        continueToken = metadata.continueToken
        remaining = metadata.remaining
    }

    private mutating func readItems(_ cursor: inout RawJSON.Cursor) -> Bool {
        guard cursor.skip("[") else { return false }
        if cursor.skip("]") { return true }
        let path = JSONPath([.key("items")])
        var index = 0
        repeat {
            switch cursor.read(Object.self, at: path.appending(index)) {
            case .value(let object): items.append(object)
            case .failure(let object, let error): undecodable.append(UndecodableObject(object, error))
            case nil: return false
            }
            index += 1
        } while cursor.skip(",")
        return cursor.skip("]")
    }
}

/// `metav1.ListMeta`.
private struct ListMetadata: JSONObjectDecodable {
    var resourceVersion: String
    var continueToken: String?
    var remaining: Int64?

    init(reading members: JSONMembers) throws(JSONDecodingError) {
        resourceVersion = try members.optional("resourceVersion", default: "")
        let token: String? = try members.optional("continue")
        continueToken = token == "" ? nil : token
        remaining = try members.optional("remainingItemCount")
    }
}

extension UndecodableObject {
    init(_ object: RawJSON, _ error: any Error) {
        let metadata = (object.member("metadata")?.bytes).flatMap { try? JSON.parse($0) }
        let key = metadata?["name"]?.string.map { ObjectKey(namespace: metadata?["namespace"]?.string, name: $0) }
        self.init(key: key, resourceVersion: metadata?["resourceVersion"]?.string, message: "\(error)")
    }
}
