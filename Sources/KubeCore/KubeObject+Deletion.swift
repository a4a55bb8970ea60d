extension KubeObject {
    /// Whether it is to be deleted, and waits for its finalizers. Nothing brings it back.
    public var isBeingDeleted: Bool { metadata.deletionTimestamp != nil }
}
