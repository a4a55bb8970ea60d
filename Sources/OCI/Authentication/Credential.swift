/// What a registry knows a caller by. Descriptions never show it.
package enum Credential: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case anonymous
    case basic(user: String, password: String)
    /// Exchanged for access tokens (OAuth 2 refresh token).
    case identityToken(String)
    /// Sent as it is.
    case registryToken(String)

    package var description: String {
        switch self {
        case .anonymous: "no credential"
        case .basic: "user and password"
        case .identityToken: "an identity token"
        case .registryToken: "a registry token"
        }
    }

    /// What of it must not be seen anywhere.
    var secrets: [String] {
        switch self {
        case .anonymous: []
        case .basic(_, let password): password.isEmpty ? [] : [password]
        case .identityToken(let token), .registryToken(let token): [token]
        }
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
