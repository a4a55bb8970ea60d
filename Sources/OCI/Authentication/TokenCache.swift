internal import Synchronization

/// What may be done in a repository, as token servers are asked for it.
struct TokenScope: Sendable, Hashable {
    enum Access: String, Sendable { case pull = "pull", push = "pull,push" }

    let registry: String
    let repository: String
    let access: Access
    /// Another repository that content is taken from without being sent.
    var mountedFrom: String?

    /// `repository:NAME:ACTIONS`, each.
    var names: [String] {
        ["repository:\(repository):\(access.rawValue)"] + (mountedFrom.map { ["repository:\($0):pull"] } ?? [])
    }

    /// What to ask the token server for. The registry's own wish counts when it is for something else than this repository, as behind
    /// registries that call their repositories otherwise, and only when it asks for no more than the request needs.
    func names(wanted: String?) -> [String] {
        guard let wanted, !wanted.hasPrefix("repository:\(repository):"), mountedFrom == nil else { return names }
        let needed = access.rawValue.split(separator: ",")
        let isModest = wanted.split(separator: " ").allSatisfy { name in
            let actions = name.split(separator: ":").last?.split(separator: ",") ?? []
            return !name.hasPrefix("repository:") || actions.allSatisfy(needed.contains)
        }
        return isModest ? [wanted] : names
    }
}

/// Tokens by scope until they expire, and which registries take user and password directly.
final class TokenCache: Sendable {
    private struct State {
        var tokens: [TokenScope: (value: String, expires: ContinuousClock.Instant)] = [:]
        var basic: Set<String> = []
    }

    private let state = Mutex(State())

    /// Kept apart from what the token server says: a token about to expire is not used any more.
    private static let margin = Duration.seconds(10)
    private static let maximumCount = 1000

    func token(for scope: TokenScope, now: ContinuousClock.Instant) -> String? {
        state.withLock { state in
            guard let token = state.tokens[scope], token.expires > now else { return nil }
            return token.value
        }
    }

    func keep(_ token: String, for scope: TokenScope, until expires: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        state.withLock { state in
            if state.tokens.count >= Self.maximumCount { state.tokens = state.tokens.filter { $0.value.expires > now } }
            if state.tokens.count < Self.maximumCount { state.tokens[scope] = (token, expires - Self.margin) }
        }
    }

    /// Forgets the token that was refused, unless another one has taken its place meanwhile.
    func drop(_ refused: String, for scope: TokenScope) {
        state.withLock { if $0.tokens[scope]?.value == refused { $0.tokens[scope] = nil } }
    }

    func usesBasic(_ registry: String) -> Bool { state.withLock { $0.basic.contains(registry) } }

    func rememberBasic(_ registry: String) { state.withLock { _ = $0.basic.insert(registry) } }
}
