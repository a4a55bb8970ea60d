import JSON

extension ResourceList {
    /// Reads a `…List` object, item by item: an item that can't be read, be it that it is of another shape, too deep, or no JSON that our
    /// parser accepts, lands in `undecodable`, and the others are read all the same.
    /// - Throws: `JSONSyntaxError` or `JSONDecodingError` when it is no list.
    public init(parsing bytes: [UInt8]) throws {
        guard let list = RawJSON(bytes[...]), let elements = list.member("items")?.elements() else {
            // Says what is wrong, and where.
            let json = try JSON.parse(bytes)
            throw JSONDecodingError(path: JSONPath([.key("items")]), wanted: "an array", found: json["items"]?.kind ?? "nothing")
        }
        let metadata = try list.member("metadata").map { try JSON.parse($0.bytes) }
        self.init(items: [], resourceVersion: metadata?["resourceVersion"]?.string ?? "")
        let token = metadata?["continue"]?.string
        continueToken = token == "" ? nil : token
        remaining = metadata?["remainingItemCount"]?.integer
        items.reserveCapacity(elements.count)
        let path = JSONPath([.key("items")])
        for (index, element) in elements.enumerated() {
            do { items.append(try Object(from: JSON.parse(element.bytes), at: path.appending(index))) } catch {
                undecodable.append(UndecodableObject(element, error))
            }
        }
    }
}

extension UndecodableObject {
    init(_ object: RawJSON, _ error: any Error) {
        let metadata = (object.member("metadata")?.bytes).flatMap { try? JSON.parse($0) }
        let key = metadata?["name"]?.string.map { ObjectKey(namespace: metadata?["namespace"]?.string, name: $0) }
        self.init(key: key, resourceVersion: metadata?["resourceVersion"]?.string, message: "\(error)")
    }
}
