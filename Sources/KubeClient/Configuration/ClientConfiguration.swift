/// How an API server is reached and who asks: a value with no I/O left to do but what `authentication` and `files` name. Programs
/// make a transport from the TLS and proxy members, and a `Client` from both. Prints no secret.
public struct ClientConfiguration: Sendable, Hashable {
    /// `https://host:port`, perhaps with a path below which the API lies.
    public var server: String
    /// PEM; nil: the system's authorities.
    public var certificateAuthority: String?
    /// PEM, with `clientKey`.
    public var clientCertificate: String?
    /// PEM.
    public var clientKey: String?
    /// Where the three texts above were read from, to read them again.
    public var files: CertificateFiles
    /// Takes any certificate. Whoever is in between reads tokens.
    public var insecureSkipTLSVerify: Bool
    /// The name the server's certificate must hold, where it is another than the one in `server`.
    public var tlsServerName: String?
    /// As in `http://proxy:3128`; nil: what the environment says.
    public var proxy: String?
    /// Ask for answers as they are. So does every transport here, whatever this says: it is kept for credential plugins.
    public var disableCompression: Bool
    /// How requests show who asks.
    public var authentication: Authentication
    /// In whose name to ask; nil: our own.
    public var impersonation: Impersonation?
    /// For objects that are named without one.
    public var namespace: String
    /// Where all this comes from, for messages.
    public var origin: String

    /// Files of certificates and keys that may be replaced while the program runs. Nil: the text came from elsewhere.
    public struct CertificateFiles: Sendable, Hashable {
        /// Of the authorities.
        public var certificateAuthority: String?
        /// Of the client's certificate.
        public var clientCertificate: String?
        /// Of the client's key.
        public var clientKey: String?

        /// Made of its members.
        public init(certificateAuthority: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil) {
            self.certificateAuthority = certificateAuthority
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
        }
    }

    /// Made of its members.
    public init(
        server: String, certificateAuthority: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
        files: CertificateFiles = CertificateFiles(), insecureSkipTLSVerify: Bool = false, tlsServerName: String? = nil,
        proxy: String? = nil, disableCompression: Bool = false, authentication: Authentication = .none, impersonation: Impersonation? = nil,
        namespace: String = "default", origin: String = "the program"
    ) {
        self.server = server
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.files = files
        self.insecureSkipTLSVerify = insecureSkipTLSVerify
        self.tlsServerName = tlsServerName
        self.proxy = proxy
        self.disableCompression = disableCompression
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
