package import JSON

/// Takes the answer to a list apart while it arrives: hands out its items as bytes, as soon as they are whole, and keeps of the rest what
/// says how to go on. Holds no more than the item that is not whole yet.
///
/// Looks at the structure alone (quotes and brackets, however deep); whether an item is JSON is for its reader to say, so that one that is not
/// leaves the others readable. `items` and `metadata` may come in any order: Kubernetes puts metadata last in lists of custom resources.
package struct ListSplitter {
    /// Items that are whole, one after another in the bytes of their part of the answer.
    package struct Items: Sendable {
        package let bytes: [UInt8]
        package let ranges: [Range<Int>]
        /// The place of the first of them in the list.
        package let first: Int

        package var count: Int { ranges.count }
        package subscript(index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }
    }

    private var buffer: [UInt8] = []
    private var scan = ListScan()
    /// Items that were handed out.
    private var taken = 0
    /// Bytes that the last part took when it was handed out: room for as many is made at once.
    private var usual = 0
    /// Bytes an item.
    private let limit: Int

    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// Bytes of items that are whole and not handed out yet, about.
    package var ready: Int { scan.items.isEmpty ? 0 : scan.cut }

    /// Takes the next part of the answer.
    /// - Throws: `ListStructureError` when it is no list.
    package mutating func append(_ part: some Collection<UInt8>) throws(ListStructureError) {
        if buffer.capacity < usual { buffer.reserveCapacity(usual) }
        buffer.append(contentsOf: part)
        // Taken out, since it is changed while the buffer is read.
        var scan = ListScan()
        swap(&scan, &self.scan)
        defer { swap(&scan, &self.scan) }
        let isList = buffer.withUnsafeBufferPointer { scan.run($0) }
        guard isList else { throw scan.error }
        guard buffer.count - scan.cut <= limit else {
            throw ListStructureError(offset: scan.offset, wanted: "values of at most \(limit) bytes")
        }
    }

    /// The items that are whole since the last call.
    package mutating func takeItems() -> Items {
        let rest = Array(buffer[scan.cut...])
        var (bytes, ranges) = (rest, [Range<Int>]())
        swap(&bytes, &buffer)
        swap(&ranges, &scan.items)
        scan.moveToFront()
        usual = min(bytes.count, 256 << 10)
        defer { taken += ranges.count }
        return Items(bytes: bytes, ranges: ranges, first: taken)
    }

    /// What the list says of itself, once it has come to its end.
    /// - Throws: `ListStructureError` when it has not, `JSONSyntaxError` or `JSONDecodingError` when its metadata can't be read.
    package func finish() throws -> ListMetadata {
        guard scan.isFinished, scan.hasItems else { throw scan.error }
        guard let metadata = scan.metadata else { return ListMetadata() }
        return try ListMetadata(parsing: metadata[...], at: JSONPath([.key("metadata")]))
    }
}

/// What a list says of itself (`metav1.ListMeta`).
package struct ListMetadata: Sendable, Hashable {
    package var resourceVersion: String
    /// Nil on the last page.
    package var continueToken: String?
    package var remaining: Int64?

    /// Made of its members.
    package init(resourceVersion: String = "", continueToken: String? = nil, remaining: Int64? = nil) {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remaining = remaining
    }
}

extension ListMetadata: JSONObjectDecodable {
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        resourceVersion = try members.optional("resourceVersion", default: "")
        let token: String? = try members.optional("continue")
        continueToken = token == "" ? nil : token
        remaining = try members.optional("remainingItemCount")
    }
}

/// The bytes are no list: where that was noticed, and what was wanted there.
package struct ListStructureError: Error, Hashable, CustomStringConvertible {
    /// In bytes from the beginning of the answer.
    package var offset: Int
    package var wanted: String

    package var description: String { "byte \(offset): wanted \(wanted)" }
}
