/// When a reconcile that went well is due again.
public enum Next: Sendable, Hashable {
    /// When something it depends on changes.
    case awaitChange
    /// After a time, or when something changes before.
    case after(Duration)
}
