extension HTTPClient {
    /// What holds for all requests of a client.
    public struct Configuration: Sendable {
        /// Certificates of the authorities to trust, PEM, instead of the system's. Nil: the system's.
        public var trustedAuthorities: [UInt8]?
        /// What to show a server that asks for a certificate.
        public var clientCertificate: ClientCertificate?
        /// Accepts any certificate under any name. Only for tests on loopback.
        public var insecureSkipVerify: Bool
        /// The name asked for in the handshake and expected in the certificate, when it is not the host of the address.
        public var tlsServerName: String?
        /// How other hosts are reached.
        public var proxy: Proxy
        /// Which HTTP is spoken over TLS.
        public var version: Version
        /// For requests that name none.
        public var userAgent: String
        /// Requests to one host at the same time; more wait, at most for `TransferLimits.connect`. Nil: no limit. With HTTP/2 the limit is
        /// on connections.
        public var maxConnectionsPerHost: Int?
        /// Connect to this socket, whatever host the request names.
        public var unixSocketPath: String?
        /// Bytes of one response that wait for their reader before the sender is held up.
        public var bufferedBytes: Int

        /// Made of its members; the defaults are the system's.
        public init(
            trustedAuthorities: [UInt8]? = nil, clientCertificate: ClientCertificate? = nil, insecureSkipVerify: Bool = false,
            tlsServerName: String? = nil, proxy: Proxy = .environment, version: Version = .http1, userAgent: String = "HTTPTransport",
            maxConnectionsPerHost: Int? = nil, unixSocketPath: String? = nil, bufferedBytes: Int = 256 << 10
        ) {
            self.trustedAuthorities = trustedAuthorities
            self.clientCertificate = clientCertificate
            self.insecureSkipVerify = insecureSkipVerify
            self.tlsServerName = tlsServerName
            self.proxy = proxy
            self.version = version
            self.userAgent = userAgent
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.unixSocketPath = unixSocketPath
            self.bufferedBytes = bufferedBytes
        }
    }

    /// A certificate, followed by those between it and its authority, and its private key; both PEM. The key never appears in descriptions.
    public struct ClientCertificate: Sendable, CustomStringConvertible {
        /// PEM; the leaf first, then what leads to its authority.
        public var certificate: [UInt8]
        /// PEM.
        public var privateKey: [UInt8]

        /// Made of its members.
        public init(certificate: [UInt8], privateKey: [UInt8]) {
            self.certificate = certificate
            self.privateKey = privateKey
        }

        public var description: String { "a client certificate of \(certificate.count) bytes" }
    }

    /// Which proxy stands between us and other hosts.
    public enum Proxy: Sendable, Hashable {
        /// `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, read as curl reads them; loopback is never reached through a proxy.
        case environment
        /// None, whatever the environment says.
        case none
        /// `except`: host names, domains and address blocks separated by commas that are reached directly.
        case url(String, except: String = "")
    }

    /// Which HTTP is spoken.
    public enum Version: Sendable, Hashable {
        /// One request a connection at a time: a cancelled one ends at once, a slow reader holds up its own sender alone.
        case http1
        /// HTTP/2 where the server offers it in the handshake, else HTTP/1.1.
        case http2
    }
}
