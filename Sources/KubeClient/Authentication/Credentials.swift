import KubeCore
import Synchronization

/// Gives each request its `Authorization`, and gets a new one when it must: a token file is read anew each minute, a command is
/// run anew shortly before its token expires. One run serves all who wait.
final class Credentials: Sendable {
    private struct Cached {
        var token: String
        /// When it must be got anew, on the monotonic clock.
        var staleAt: ContinuousClock.Instant?
    }

    private let source: Authentication
    private let cached = Mutex<Cached?>(nil)
    private let turn = Turn()
    private let now: @Sendable () -> ContinuousClock.Instant
    private let wallTime: @Sendable () -> Timestamp

    init(
        _ source: Authentication, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        wallTime: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.source = source
        self.now = now
        self.wallTime = wallTime
    }

    /// The value of the `Authorization` header; nil sends none.
    func authorization() async throws -> String? {
        switch source {
        case .none: return nil
        case .bearer(let token): return "Bearer \(token)"
        case .tokenFile, .exec:
            if let token = fresh() { return "Bearer \(token)" }
            return try await turn.take {
                if let token = fresh() { return "Bearer \(token)" }  // whoever was before us got it
                return "Bearer \(try await renew())"
            }
        }
    }

    /// Forgets what the server refused, unless it was replaced meanwhile. False when asking again would change nothing.
    func refused(_ authorization: String?) -> Bool {
        guard let authorization else { return false }
        switch source {
        case .none, .bearer: return false
        case .tokenFile, .exec:
            cached.withLock { if let token = $0?.token, "Bearer \(token)" == authorization { $0 = nil } }
            return true
        }
    }

    private func fresh() -> String? {
        let now = now()
        return cached.withLock { cached in
            guard let value = cached else { return nil }
            if let staleAt = value.staleAt, staleAt <= now { return nil }
            return value.token
        }
    }

    private func renew() async throws -> String {
        let new: Cached
        switch source {
        case .none, .bearer: return ""
        case .tokenFile(let path):
            let token = try LocalFile.trimmedText(path)
            guard !token.isEmpty else { throw ClientConfigurationError("\(path) holds no token") }
            new = Cached(token: token, staleAt: now() + .seconds(60))
        case .exec(let plugin):
            let credential = try await plugin.run()
            // Ten seconds early, for the request's way.
            let staleAt = credential.expires.map { now() + ($0 - wallTime()) - .seconds(10) }
            new = Cached(token: credential.token, staleAt: staleAt)
        }
        cached.withLock { $0 = new }
        return new.token
    }
}
