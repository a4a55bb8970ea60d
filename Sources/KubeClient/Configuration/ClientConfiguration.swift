/// How an API server is reached and who asks: a value with no I/O left to do but what `authentication` names. Programs make a
/// transport from the TLS and proxy members, and a `Client` from both. Prints no secret.
public struct ClientConfiguration: Sendable, Hashable {
    /// `https://host:port`, perhaps with a path below which the API lies.
    public var server: String
    /// PEM; nil: the system's authorities.
    public var certificateAuthority: String?
    /// PEM, with `clientKey`.
    public var clientCertificate: String?
    /// PEM.
    public var clientKey: String?
    /// Takes any certificate. Whoever is in between reads tokens.
    public var insecureSkipTLSVerify: Bool
    /// The name the server's certificate must hold, where it is another than the one in `server`.
    public var tlsServerName: String?
    /// As in `http://proxy:3128`; nil: what the environment says.
    public var proxy: String?
    /// How requests show who asks.
    public var authentication: Authentication
    /// In whose name to ask; nil: our own.
    public var impersonation: Impersonation?
    /// For objects that are named without one.
    public var namespace: String
    /// Where all this comes from, for messages.
    public var origin: String

    /// Made of its members.
    public init(
        server: String, certificateAuthority: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
        insecureSkipTLSVerify: Bool = false, tlsServerName: String? = nil, proxy: String? = nil, authentication: Authentication = .none,
        impersonation: Impersonation? = nil, namespace: String = "default", origin: String = "the program"
    ) {
        self.server = server
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.insecureSkipTLSVerify = insecureSkipTLSVerify
        self.tlsServerName = tlsServerName
        self.proxy = proxy
        self.authentication = authentication
        self.impersonation = impersonation
        self.namespace = namespace
        self.origin = origin
    }
}

extension ClientConfiguration: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(server) (\(origin))" }
    public var customMirror: Mirror {
        Mirror(self, children: ["server": server, "authentication": authentication.description, "origin": origin])
    }
}

/// Asks in another's name; the server checks that it is allowed («User impersonation»).
public struct Impersonation: Sendable, Hashable {
    /// Whose name to ask in.
    public var user: String
    /// Of that user.
    public var uid: String?
    /// That the user is to belong to.
    public var groups: [String]
    /// What else authorizers look at, by key.
    public var extra: [String: [String]]

    /// Made of its members.
    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }
}
