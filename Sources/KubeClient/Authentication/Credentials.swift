import JSON
import KubeCore
import Synchronization

/// Gives each request its credential, and gets a new one when it must: a token file is read anew each minute, a command is run anew
/// shortly before its credential expires. One run serves all who wait.
final class Credentials: Sendable {
    private struct Cached {
        var credential: Credential
        /// When it must be got anew, on the monotonic clock.
        var staleAt: ContinuousClock.Instant?
    }

    /// How long the content of a token file is believed: the kubelet replaces tokens minutes before they expire.
    private static let filePeriod = Duration.seconds(60)

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

    /// - Throws: `ClientConfigurationError` when none can be had, `CancellationError`.
    func current() async throws -> Credential {
        switch source {
        case .none: return Credential()
        case .basic(let user, let password):
            return Credential(authorization: "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))")
        case .bearer(let token): return .bearer(token)
        case .tokenFile, .exec:
            if let credential = fresh() { return credential }
            return try await turn.take {
                if let credential = fresh() { return credential }  // whoever was before us got it
                return try await renew()
            }
        }
    }

    /// Forgets what the server refused, unless it was replaced meanwhile. False when asking again would change nothing.
    func refused(_ credential: Credential) -> Bool {
        switch source {
        case .none, .basic, .bearer: return false
        case .tokenFile, .exec:
            cached.withLock { if $0?.credential == credential { $0 = nil } }
            return true
        }
    }

    private func fresh() -> Credential? {
        let now = now()
        return cached.withLock { cached in
            guard let value = cached else { return nil }
            if let staleAt = value.staleAt, staleAt <= now { return nil }
            return value.credential
        }
    }

    private func renew() async throws -> Credential {
        let new: Cached
        switch source {
        case .none, .basic, .bearer: return Credential()
        case .tokenFile(let path, let fallback):
            new = Cached(credential: try token(in: path, fallback), staleAt: now() + Self.filePeriod)
        case .exec(let plugin):
            let answer = try await plugin.run()
            // Ten seconds early, for the request's way.
            let staleAt = answer.expires.map { now() + ($0 - wallTime()) - .seconds(10) }
            new = Cached(
                credential: Credential(authorization: answer.token.map { "Bearer \($0)" }, identity: answer.identity), staleAt: staleAt)
        }
        cached.withLock { $0 = new }
        return new.credential
    }

    /// A file that is being replaced may be missing or empty for a moment: then what was read before serves on.
    private func token(in path: String, _ fallback: String?) throws(ClientConfigurationError) -> Credential {
        let problem: ClientConfigurationError
        do throws(ClientConfigurationError) {
            let token = try LocalFile.trimmedText(path)
            if !token.isEmpty { return .bearer(token) }
            problem = ClientConfigurationError("\(path) holds no token")
        } catch {
            problem = error
        }
        if let known = cached.withLock({ $0?.credential }) ?? fallback.map(Credential.bearer) { return known }
        throw problem
    }
}

extension Credential {
    static func bearer(_ token: String) -> Credential { Credential(authorization: "Bearer \(token)") }
}
