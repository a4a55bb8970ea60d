extension HTTPClient {
    /// What holds for all requests of a client.
    public struct Configuration: Sendable {
        /// Certificates of the authorities to trust, PEM, instead of the system's. Nil: the system's.
        public var trustedAuthorities: [UInt8]?
        /// What to show a server that asks for a certificate.
        public var clientCertificate: ClientCertificate?
        /// Files to take both from instead, again and again.
        public var credentialFiles: CredentialFiles?
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
        /// Connections to one host; requests over it wait, at most for `TransferLimits.queue`. Nil: no limit.
        public var maxConnectionsPerHost: Int?
        /// Connect to this socket, whatever host the request names.
        public var unixSocketPath: String?
        /// Bytes of one response that wait for their reader before the sender is held up. Over HTTP/1.1 that and the socket's buffers are
        /// all that a slow reader costs. Over HTTP/2 libcurl grants each stream 32 MiB ahead: what of that has been sent is kept as well.
        public var bufferedBytes: Int
        /// When a peer that has gone silent counts as dead.
        public var peerCheck: PeerCheck
        /// Whether an address may be connected to, however a request names it: four or sixteen bytes, in network order. Asked for each address
        /// that a name stands for, when it is connected to, so that a name that changes its mind in between gets nowhere. Not asked for proxies,
        /// which connect to what they like, nor for Unix sockets. Called on the client's own thread: be quick. Nil: every address may be.
        public var mayConnect: (@Sendable (_ address: [UInt8]) -> Bool)?

        /// Made of its members; the defaults are the system's.
        public init(
            trustedAuthorities: [UInt8]? = nil, clientCertificate: ClientCertificate? = nil, insecureSkipVerify: Bool = false,
            tlsServerName: String? = nil, proxy: Proxy = .environment, version: Version = .http1, userAgent: String = "HTTPTransport",
            maxConnectionsPerHost: Int? = nil, unixSocketPath: String? = nil, bufferedBytes: Int = 256 << 10,
            credentialFiles: CredentialFiles? = nil, peerCheck: PeerCheck = PeerCheck(),
            mayConnect: (@Sendable (_ address: [UInt8]) -> Bool)? = nil
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
            self.credentialFiles = credentialFiles
            self.peerCheck = peerCheck
            self.mayConnect = mayConnect
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

    /// Which proxy requests go through. Its URL is `http://`, `https://` or `socks5://`, user and password before the host, percent-encoded,
    /// if it wants them. Requests to https go through it in a tunnel (CONNECT); the proxy never sees what is in it.
    public enum Proxy: Sendable, Hashable {
        /// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case, as kubectl and other programs in Go read them when they
        /// start. Loopback is never reached through a proxy.
        case environment
        /// As `environment`, but of these variables.
        case variables([String: String])
        /// None, whatever the environment says.
        case none
        /// `except` is a list as in `NO_PROXY`. Nothing else is excepted, as with `proxy-url` in a kubeconfig.
        case url(String, except: String = "")
    }

    /// How TCP finds out that a peer is gone which closes nothing: its machine, or the network in between. The exchange then ends with
    /// `TransportError.closed`.
    public struct PeerCheck: Sendable, Hashable {
        /// Silence after which the peer is asked whether it is there. Whole seconds, at least one.
        public var after: Duration
        /// Between one question and the next. Whole seconds, at least one.
        public var interval: Duration
        /// Silence after which it is dead, whether questions or bytes sent to it went without an answer.
        public var timeout: Duration

        /// Made of its members.
        public init(after: Duration = .seconds(20), interval: Duration = .seconds(10), timeout: Duration = .seconds(45)) {
            self.after = after
            self.interval = interval
            self.timeout = timeout
        }
    }

    /// Which HTTP is spoken.
    public enum Version: Sendable, Hashable {
        /// One request a connection at a time: a cancelled one ends at once, a slow reader holds up its own sender alone.
        case http1
        /// HTTP/2 where the server offers it in the handshake, else HTTP/1.1. Requests share connections up to the number of streams that
        /// the server allows on one. A cancelled request's stream is reset at once; the last one on a connection closes it.
        case http2
    }
}
