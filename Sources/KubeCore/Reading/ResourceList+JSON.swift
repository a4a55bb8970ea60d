import JSON

extension ResourceList {
    /// Reads a `…List` object, each item straight from its bytes: an item that can't be read, be it that it is of another shape, too deep, or no JSON
    /// that our parser accepts, lands in `undecodable`, and the others are read all the same.
    /// - Throws: an error that says what is wrong and where, when it is no list.
    public init(parsing bytes: [UInt8]) throws {
        var splitter = ListSplitter(limit: .max)
        try splitter.append(bytes)
        let metadata = try splitter.finish()
        self.init(items: [], resourceVersion: "")
        take(splitter.takeItems())
        take(metadata)
    }

    /// Reads items of a page.
    mutating func take(_ part: ListSplitter.Items) {
        part.read(Object.self) {
            items.append($0)
        } undecodable: {
            undecodable.append($0)
        }
    }

    /// Takes over what a page says of itself.
    package mutating func take(_ metadata: ListMetadata) {
        resourceVersion = metadata.resourceVersion
        continueToken = metadata.continueToken
        remaining = metadata.remaining
    }
}

extension ListSplitter.Items {
    /// Reads each item, and hands it to one of the two.
    package func read<Object: KubeObject>(
        _ type: Object.Type, _ take: (consuming Object) -> Void, undecodable: (UndecodableObject) -> Void
    ) {
        let path = JSONPath([.key("items")])
        for index in 0..<count {
            do { take(try Object(parsing: self[index], at: path.appending(first + index))) } catch {
                undecodable(UndecodableObject(bytes: self[index], error))
            }
        }
    }
}

extension UndecodableObject {
    init(bytes: ArraySlice<UInt8>, _ error: any Error) {
        if let object = RawJSON(bytes) {
            self.init(object, error)
        } else {
            self.init(key: nil, resourceVersion: nil, message: "\(error)")
        }
    }

    init(_ object: RawJSON, _ error: any Error) {
        let metadata = (object.member("metadata")?.bytes).flatMap { try? JSON.parse($0) }
        let key = metadata?["name"]?.string.map { ObjectKey(namespace: metadata?["namespace"]?.string, name: $0) }
        self.init(key: key, resourceVersion: metadata?["resourceVersion"]?.string, message: "\(error)")
    }
}
