/// Who asks.
package struct User: Sendable, Hashable {
    package var name: String
    package var groups: [String]
    /// What else is known of it: `authentication.kubernetes.io/node-name` of who runs in a pod.
    package var extra: [String: [String]]

    package init(name: String, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.groups = groups
        self.extra = extra
    }

    /// May do anything, whatever roles say.
    package static let admin = User(name: "system:admin", groups: ["system:masters"])

    static let mastersGroup = "system:masters"
    static let authenticatedGroup = "system:authenticated"

    /// The groups, with the one that everybody who is known is in.
    var allGroups: [String] { groups.contains(Self.authenticatedGroup) ? groups : groups + [Self.authenticatedGroup] }
}

/// Who holds which bearer token. Never prints a token.
package struct TokenTable: Sendable, CustomStringConvertible {
    /// A token for somebody else than this server.
    private struct Bound: Sendable {
        var user: User
        var audience: String
    }

    /// Whom this server's own tokens are for, in reviews.
    package static let ownAudience = "https://kubernetes.default.svc"

    /// Tokens that are known when they are seen, however many there are.
    private struct Recognised: Sendable {
        /// Nil: this server's own.
        var audience: String?
        var user: @Sendable (_ token: String) -> User?
    }

    private let users: [String: User]
    private var bound: [String: Bound] = [:]
    private var recognised: [Recognised] = []

    package init(_ users: [String: User] = [:]) { self.users = users }

    /// Adds a token that is worth something to one audience alone, and nothing to this server.
    package mutating func add(_ token: String, of user: User, for audience: String) { bound[token] = Bound(user: user, audience: audience) }

    /// Adds all tokens that a function knows, which must compare them in constant time.
    /// - Parameters:
    ///   - audience: to whom alone they are worth something; nil: this server.
    ///   - user: whose a token is; nil: nobody's.
    package mutating func recognise(for audience: String? = nil, _ user: @escaping @Sendable (_ token: String) -> User?) {
        recognised.append(Recognised(audience: audience, user: user))
    }

    /// Whose token it is, for which of the audiences; nil when nobody's, or for others.
    func review(_ token: String, audiences: [String]) -> (user: User, audience: String)? {
        if audiences.isEmpty || audiences.contains(Self.ownAudience), let user = own(token) { return (user, Self.ownAudience) }
        if let bound = bound[token], audiences.contains(bound.audience) { return (bound.user, bound.audience) }
        for known in recognised {
            guard let audience = known.audience, audiences.contains(audience), let user = known.user(token) else { continue }
            return (user, audience)
        }
        return nil
    }

    private func own(_ token: String) -> User? {
        users[token] ?? recognised.lazy.filter { $0.audience == nil }.compactMap { $0.user(token) }.first
    }

    package var description: String { "\(users.count) tokens" }

    /// The user whose token an `Authorization` header bears (RFC 6750 §2.1); nil when nobody's.
    func user(authorization header: String?) -> User? {
        guard let header, header.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        return own(String(header.dropFirst(7).trimmingSpaces))
    }
}
