import KubeCore

/// A reconcile failed for good: only a change can help, so it waits for one. Whoever throws it has said so in a condition.
public struct TerminalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// CamelCase, as in a condition.
    public var reason: String
    /// One sentence, for people.
    public var message: String

    /// Made of its members.
    public init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    public var description: String { "\(reason): \(message)" }
}

/// A reconcile took longer than it may.
public struct ReconcileTimeout: Error, Sendable, Hashable, CustomStringConvertible {
    /// How long it was given.
    public var limit: Duration
    /// Made of its members.
    public init(limit: Duration) { self.limit = limit }
    public var description: String { "the reconcile was cancelled after \(limit)" }
}

/// When a reconcile that failed is tried again. Pure.
public struct ErrorPolicy: Sendable {
    /// What follows from a failure.
    public enum Decision: Sendable, Hashable {
        /// After this time at least; nil leaves it to the back-off.
        case retry(after: Duration? = nil)
        /// Not before something changes.
        case awaitChange
        /// Nobody's fault: try again by the back-off, and warn nobody.
        case ignore
    }

    /// The error, and how many failures in a row the key has, this one included.
    public var decide: @Sendable (_ error: any Error, _ failures: Int) -> Decision

    /// A policy of its own; it may ask ``standard`` for what it does not know.
    public init(_ decide: @escaping @Sendable (_ error: any Error, _ failures: Int) -> Decision) { self.decide = decide }

    /// Terminal errors wait for a change; conflicts are ignored, since the change that made them is on its way, and so are writes that a
    /// fence refused, since the end is; what the server asks to wait is waited; everything else backs off.
    public static let standard = ErrorPolicy { error, _ in
        if error is TerminalError { return .awaitChange }
        if error is CancellationError || error is LeadershipLost { return .ignore }
        guard let error = error as? KubeError else { return .retry() }
        if error.code == .conflict { return .ignore }
        return .retry(after: error.retryAfter)
    }
}
