public import KubeCore

/// What happened to one object of a store.
public struct Change<Object: Resource>: Sendable {
    /// What happens to objects.
    public enum Kind: Sendable, Hashable {
        /// It is new, or new in the selectors' view.
        case added
        /// It is another than before.
        case modified
        /// It is gone, or gone from the selectors' view.
        case deleted
    }

    /// Of the object.
    public let key: ObjectKey
    /// As the store had it before; nil when it is new.
    public var old: Object? { before?.object }
    /// As the store has it now; nil when it is gone.
    public var new: Object? { after?.object }
    /// Part of the first list, or of what was there when a subscriber came: of less urgency than what happens now.
    public let isInitial: Bool

    private let before: StoredObject<Object>?
    private let after: StoredObject<Object>?

    init(key: ObjectKey, from before: StoredObject<Object>?, to after: StoredObject<Object>?, isInitial: Bool) {
        self.key = key
        self.before = before
        self.after = after
        self.isInitial = isInitial
    }

    /// What happened.
    public var kind: Kind { after == nil ? .deleted : before == nil ? .added : .modified }

    /// The object as it is, or as it was last.
    public var object: Object { (new ?? old)! }
}
