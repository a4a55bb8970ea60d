public import KubeCore

/// What happened to one object of a store.
public struct Change<Object: Resource>: Sendable {
    public enum Kind: Sendable, Hashable { case added, modified, deleted }

    public let key: ObjectKey
    /// As the store had it before; nil when it is new.
    public let old: Object?
    /// As the store has it now; nil when it is gone.
    public let new: Object?
    /// Part of the first list, or of what was there when a subscriber came: of less urgency than what happens now.
    public let isInitial: Bool

    init(key: ObjectKey, old: Object?, new: Object?, isInitial: Bool = false) {
        self.key = key
        self.old = old
        self.new = new
        self.isInitial = isInitial
    }

    public var kind: Kind { new == nil ? .deleted : old == nil ? .added : .modified }

    /// The object as it is, or as it was last.
    public var object: Object { (new ?? old)! }
}
