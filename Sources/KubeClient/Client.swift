public import HTTPCore
import HTTPTypes
public import JSON
public import KubeCore

/// Sends requests to one API server. Cheap to copy; share one.
public struct Client: Sendable {
    let transports: Transports
    let server: ServerAddress
    let credentials: Credentials
    let impersonation: Impersonation?
    let userAgent: String
    /// Where the credentials come from, for messages.
    let origin: String
    let metrics: RequestMetrics?
    /// What requests go through before the transport.
    private var gate: (@Sendable (any Transport) -> any Transport)?
    /// For objects that are named without one.
    public let namespace: String

    /// Bytes of an answer that is collected whole: a page of 500 objects is far smaller.
    static let answerLimit = 128 << 20

    /// - Parameters:
    ///   - server: `https://host:port`, perhaps with a path below which the API lies.
    ///   - origin: where the credentials come from, for messages.
    public init(
        transport: any Transport, server: String, authentication: Authentication = .none, impersonation: Impersonation? = nil,
        namespace: String = "default", userAgent: String = Client.programName, origin: String = "the program"
    ) throws(ClientConfigurationError) {
        try self.init(
            Transports(transport),
            ClientConfiguration(
                server: server, authentication: authentication, impersonation: impersonation, namespace: namespace, origin: origin),
            userAgent)
    }

    /// - Parameter transport: made from the TLS and proxy members of `configuration`. It stays the same, even when the files that
    ///   its certificates came from change.
    public init(
        _ configuration: ClientConfiguration, transport: any Transport, userAgent: String = Client.programName
    ) throws(ClientConfigurationError) {
        try self.init(Transports(transport), configuration, userAgent)
    }

    /// Certificates and keys in files, and those that a credential plugin returns, are taken up when they change.
    /// - Parameter connecting: makes a transport from the TLS and proxy members of a configuration. It is called with the first request, and
    ///   again whenever certificates have changed.
    public init(
        _ configuration: ClientConfiguration, userAgent: String = Client.programName,
        connecting: @escaping @Sendable (ClientConfiguration) throws -> any Transport
    ) throws(ClientConfigurationError) {
        try self.init(Transports(configuration, connecting), configuration, userAgent)
    }

    init(
        _ transports: Transports, _ configuration: ClientConfiguration, _ userAgent: String, credentials: Credentials? = nil
    ) throws(ClientConfigurationError) {
        self.transports = transports
        server = try ServerAddress(configuration.server)
        self.credentials = credentials ?? Credentials(configuration.authentication)
        impersonation = configuration.impersonation
        namespace = configuration.namespace
        self.userAgent = userAgent
        origin = configuration.origin
        metrics = RequestMetrics(host: server.authority)
    }

    /// This client, whose requests go through another transport first: one that counts them, or lets only some of them pass. Credentials and
    /// connections stay shared.
    /// - Parameter gate: makes it from the transport below, anew for each request; must be cheap.
    public func through(_ gate: @escaping @Sendable (any Transport) -> any Transport) -> Client {
        var client = self
        if let inner = self.gate {
            client.gate = { gate(inner($0)) }
        } else {
            client.gate = gate
        }
        return client
    }

    /// The transport of a request.
    /// - Parameter identity: what to show instead of the configuration's client certificate.
    func transport(showing identity: ClientIdentity?) throws -> any Transport {
        let transport = try transports.transport(showing: identity)
        return gate?(transport) ?? transport
    }

    /// Sends a request and reads its answer.
    /// - Throws: `KubeError`, `TransportError`, `ClientConfigurationError` when no credentials can be had, `CancellationError`.
    public func send(_ request: APIRequest) async throws -> JSON {
        let bytes = try await bytes(request)
        do throws(JSONSyntaxError) { return try JSON.parse(bytes, limits: Self.limits) } catch {
            throw Self.noJSON(request, bytes, error)
        }
    }

    static var limits: JSONLimits { JSONLimits(size: answerLimit) }

    static func noJSON(_ request: APIRequest, _ bytes: [UInt8], _ error: JSONSyntaxError) -> KubeError {
        KubeError(
            .unexpectedAnswer, status: 200,
            message: "\(request.method.rawValue) \(request.path): the answer is no JSON (\(error)): \(beginning(of: bytes))")
    }

    /// A text that is no object: `/healthz`, `/metrics`.
    public func text(path: String) async throws -> String {
        String(decoding: try await bytes(APIRequest(path: path)), as: UTF8.self)
    }

    /// The whole answer, not read yet.
    func bytes(_ request: APIRequest) async throws -> [UInt8] {
        try await exchange(request, limits: .standard) { body in try await body.collect(upTo: Self.answerLimit) }
    }

    static func beginning(of bytes: [UInt8]) -> String { String(decoding: bytes.prefix(200), as: UTF8.self) }
}
