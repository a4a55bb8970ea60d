/// Who asks.
package struct User: Sendable, Hashable {
    package var name: String
    package var groups: [String]

    package init(name: String, groups: [String] = []) {
        self.name = name
        self.groups = groups
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
    private let users: [String: User]

    package init(_ users: [String: User] = [:]) { self.users = users }

    package var description: String { "\(users.count) tokens" }

    /// The user whose token an `Authorization` header bears (RFC 6750 §2.1); nil when nobody's.
    func user(authorization header: String?) -> User? {
        guard let header, header.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        return users[String(header.dropFirst(7).trimmingSpaces)]
    }
}
