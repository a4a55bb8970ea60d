import KubeCore

/// What one request proves with who asks. Prints no secret.
struct Credential: Sendable, Hashable, CustomStringConvertible {
    /// The value of the `Authorization` header; nil sends none.
    var authorization: String?
    /// What the connection shows instead of the configuration's client certificate.
    var identity: ClientIdentity?

    var description: String { "a credential" }
}

/// A client certificate, followed by those between it and its authority, and its key; both PEM. Prints no secret.
struct ClientIdentity: Sendable, Hashable, CustomStringConvertible {
    var certificate: String
    var key: String

    var description: String { "a client certificate of \(certificate.utf8.count) bytes" }
}

/// What a credential plugin answers with: a token, a client certificate or both, and until when they are good.
struct ExecCredential: Sendable, Hashable {
    var token: String?
    var identity: ClientIdentity?
    /// Nil: for as long as the process runs, or until a 401.
    var expires: Timestamp?
}
