internal import Synchronization

/// One turnstile for each key that is in use.
final class KeyedTurnstiles<Key: Hashable & Sendable>: Sendable {
    private let limit: Int
    private let used = Mutex<[Key: (turnstile: Turnstile, users: Int)]>([:])

    init(limit: Int) { self.limit = limit }

    func pass<Result>(_ key: Key, _ body: () async throws -> Result) async throws -> Result {
        let turnstile = used.withLock { used in
            used[key, default: (Turnstile(limit), 0)].users += 1
            return used[key]?.turnstile
        }
        defer {
            used.withLock { used in
                used[key]?.users -= 1
                if used[key]?.users == 0 { used[key] = nil }
            }
        }
        guard let turnstile else { return try await body() }
        return try await turnstile.pass(body)
    }
}
