package import HTTPCore
internal import HTTPTypes
internal import Synchronization

/// Talks to registries over the OCI distribution specification: pull and push by digest, with anonymous, basic and token authentication.
///
/// Plain HTTP is spoken only to this machine itself and to registries named as insecure, and there only when HTTPS is not. Credentials go to
/// the registry they are for and to the token server it names, nowhere else. Simultaneous requests for one manifest or small blob are one.
package final class RegistryClient: Sendable {
    package struct Configuration: Sendable {
        /// Looks a credential up; asked again for each request that needs one, so that it may change.
        package var credentials: @Sendable (_ registry: String, _ repository: String) async throws -> Credential
        /// Told when a registry has refused a credential that was looked up, so that it is looked up anew.
        package var credentialsRefused: @Sendable (_ registry: String, _ repository: String) -> Void = { _, _ in }
        /// Registries (host, or host:port) that may be spoken to without TLS.
        package var insecureRegistries: Set<String>
        /// For each registry the mirrors that are asked before it, in order; `*` stands for registries that are not named.
        package var mirrors: [String: [RegistryMirror]] = [:]
        /// The only token servers (host, or host:port) that a registry may name; registries that are not here may name any.
        package var tokenServers: [String: Set<String>] = [:]
        /// What reaches hosts (or host:port) that are not reached as all others are, for example because of their own certificate authority.
        package var transports: [String: any Transport] = [:]
        package var uploads = UploadPolicy()
        /// Requests to one host at a time; others wait.
        package var parallelism = 16
        package var retry: RetryPolicy
        package var timing: Timing

        package init(
            credentials: @escaping @Sendable (_ registry: String, _ repository: String) async throws -> Credential = { _, _ in .anonymous },
            insecureRegistries: Set<String> = [], retry: RetryPolicy = RetryPolicy(), timing: Timing = .system
        ) {
            self.credentials = credentials
            self.insecureRegistries = insecureRegistries
            self.retry = retry
            self.timing = timing
        }
    }

    package let configuration: Configuration
    private let transport: any Transport
    let tokens = TokenCache()
    let mirrorRest = MirrorRest()
    let contents = SharedContents()
    /// One request for a token at a time for each scope.
    let tokenRequests = SingleFlight<TokenScope, String>()
    /// Requests under way, by authority.
    let turnstiles: KeyedTurnstiles<String>
    /// Senders of one blob, by repository and digest: the second one finds it there.
    let blobWriters = KeyedTurnstiles<String>(limit: 1)
    /// Writers of the list of one manifest's referrers, by repository and digest.
    let referrerWriters = KeyedTurnstiles<String>(limit: 1)
    private let schemes = Mutex<[String: String]>([:])

    package init(transport: any Transport, configuration: Configuration = Configuration()) {
        self.transport = transport
        self.configuration = configuration
        turnstiles = KeyedTurnstiles(limit: configuration.parallelism)
    }

    /// What reaches the host: its own transport, or the one for all.
    func transport(to authority: String) -> any Transport {
        let host = RemoteURL.host(of: authority)
        return configuration.transports[authority] ?? configuration.transports[host] ?? transport
    }

    /// The repository that the reference names.
    package func repository(of reference: Reference) -> Repository {
        Repository(client: self, registry: reference.registry, name: reference.repository)
    }

    /// What the reference stands for now. Given both tag and digest, the digest decides.
    package func resolve(_ reference: Reference) async throws -> Descriptor {
        guard let artifact = reference.artifact else {
            throw OCIError(.invalidReference, "reference \(reference): it has neither tag nor digest; add one, as in \(reference):1.0.0")
        }
        return try await repository(of: reference).resolve(artifact)
    }

    /// Runs an operation again while its failures may pass.
    func retrying<Result>(_ operation: () async throws -> Result) async throws -> Result {
        let timing = configuration.timing
        var state = RetryState(configuration.retry, now: timing.now())
        while true {
            do {
                return try await operation()
            } catch let error as OCIError {
                guard let delay = state.delay(after: error, now: timing.now(), random: timing.random()) else { throw error }
                try await timing.sleep(delay)
            }
        }
    }

    // MARK: Where registries are

    /// Docker Hub's name is not the name of its server.
    private static func authority(of registry: String) -> String { registry == "docker.io" ? "registry-1.docker.io" : registry }

    func mayUsePlainHTTP(_ authority: String) -> Bool {
        RemoteURL.isLoopback(authority) || configuration.insecureRegistries.contains(authority)
            || configuration.insecureRegistries.contains(RemoteURL.host(of: authority))
    }

    /// Whether whoever runs this program has named the host.
    private func isConfigured(_ authority: String) -> Bool {
        mayUsePlainHTTP(authority) || configuration.transports[authority] != nil
            || configuration.transports[RemoteURL.host(of: authority)] != nil || configuration.tokenServers[authority] != nil
            || configuration.mirrors.contains { $0.key == authority || $0.value.contains { $0.registry == authority } }
    }

    /// The root of a registry's URLs. Where plain HTTP is allowed, finds out once which of both is spoken, HTTPS first.
    func base(of registry: String, subject: String) async throws -> RemoteURL {
        let authority = Self.authority(of: registry)
        func url(_ scheme: String) -> RemoteURL { RemoteURL(scheme: scheme, authority: authority, path: "/v2/") }
        guard url("https").reach != .link || isConfigured(authority) else {
            throw OCIError(
                .denied,
                "\(subject): \(authority) is an address of this machine's own link, where clouds answer what is for machines alone; "
                    + "name a registry that is there in --registry-config, or with --insecure-registry")
        }
        guard mayUsePlainHTTP(authority) else { return url("https") }
        if let scheme = schemes.withLock({ $0[authority] }) { return url(scheme) }
        let scheme: String
        do {
            try await probe(url("https"))
            scheme = "https"
        } catch let error as TransportError where [.tls, .malformed, .closed].contains(error.code) {
            do {
                try await probe(url("http"))
                scheme = "http"
            } catch is TransportError { throw OCIError(error, subject: subject) }
        } catch let error as TransportError { throw OCIError(error, subject: subject) }
        schemes.withLock { $0[authority] = scheme }
        return url(scheme)
    }

    private func probe(_ url: RemoteURL) async throws {
        let request = HTTPRequest(method: .get, scheme: url.scheme, authority: url.authority, path: url.path)
        let limits = TransferLimits(connect: .seconds(10), firstByte: .seconds(10), idle: .seconds(10), whole: .seconds(20))
        let code = try await transport(to: url.authority).withResponse(to: request, body: nil, limits: limits) { head, _ in head.status.code
        }
        // What a TLS server says to someone who speaks plain HTTP.
        if url.scheme == "http", code == 400 { throw TransportError(.malformed, "\(url.authority): it does not answer plain HTTP") }
    }
}
