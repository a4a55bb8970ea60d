internal import Synchronization

/// Mirrors that are not asked for a while: one that does not answer would cost every pull its time, one that serves other bytes its work.
final class MirrorRest: Sendable {
    private let until = Mutex<[String: ContinuousClock.Instant]>([:])

    static let afterFailure = Duration.seconds(30)
    static let afterForgery = Duration.seconds(600)

    func isResting(_ registry: String, now: ContinuousClock.Instant) -> Bool {
        until.withLock { until in
            guard let end = until[registry] else { return false }
            if end > now { return true }
            until[registry] = nil
            return false
        }
    }

    /// What the failure says of the mirror as a whole; that it lacks something says nothing.
    func note(_ error: OCIError, of registry: String, now: ContinuousClock.Instant) {
        let pause: Duration
        switch error.code {
        case .digestMismatch, .sizeMismatch: pause = Self.afterForgery
        case .unreachable, .tls, .serverFailed, .rateLimited: pause = max(Self.afterFailure, error.retryAfter ?? .zero)
        default: return
        }
        until.withLock { $0[registry] = max(now + pause, $0[registry] ?? now) }
    }
}
