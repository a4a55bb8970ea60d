/// A collection, or a page of it, at one resource version.
public struct ResourceList<Object: KubeObject>: Sendable {
    /// In the server's order, by key.
    public var items: [Object]
    /// Where a watch goes on from.
    public var resourceVersion: String
    /// Asks for the next page; nil on the last.
    public var continueToken: String?
    /// How many objects follow this page, where the server says so.
    public var remaining: Int64?
    /// Objects that are not of the shape their reader wants. They are not in `items`.
    public var undecodable: [UndecodableObject]

    /// Made of its members.
    public init(
        items: [Object], resourceVersion: String, continueToken: String? = nil, remaining: Int64? = nil,
        undecodable: [UndecodableObject] = []
    ) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remaining = remaining
        self.undecodable = undecodable
    }
}

/// An object the server sent that its reader can't read: reported and skipped, never fatal.
public struct UndecodableObject: Sendable, Hashable, CustomStringConvertible {
    /// Nil when not even the metadata can be read.
    public var key: ObjectKey?
    /// Nil when it can't be read either.
    public var resourceVersion: String?
    /// Names the field, what was wanted and what was found.
    public var message: String
    /// It came with a `DELETED` event: whatever its shape, the object is gone.
    public var isDeleted: Bool

    /// Made of its members.
    public init(key: ObjectKey?, resourceVersion: String?, message: String, isDeleted: Bool = false) {
        self.key = key
        self.resourceVersion = resourceVersion
        self.message = message
        self.isDeleted = isDeleted
    }

    public var description: String { "\(key?.description ?? "an object without a name"): \(message)" }
}
