import Synchronization

/// When the API server last answered: who was cut off for long comes back with others, and takes its turn.
final class Contact: Sendable {
    private let last = Mutex<Duration?>(nil)
    /// Two heartbeats missed.
    private let limit: Duration

    init(limit: Duration = .seconds(45)) { self.limit = limit }

    func made(at now: Duration) { last.withLock { $0 = now } }

    /// Whether it has been lost for long enough that others were cut off as well.
    func isStale(at now: Duration) -> Bool { last.withLock { $0.map { now - $0 > limit } ?? false } }
}
