public import HTTPCore
public import HTTPTypes

/// Sends requests over sockets with libcurl. One thread serves all exchanges of a client; connections are kept and used again.
///
/// Redirects are not followed, answers not decompressed, cookies not kept. When the client goes, so do its thread and connections.
public final class HTTPClient: Transport {
    /// As it was given.
    public let configuration: Configuration
    private let loop: CurlLoop
    private let credentials: CredentialSource
    private let proxies: ProxyRules

    /// Starts the thread; connects to nobody yet.
    public convenience init(_ configuration: Configuration = Configuration()) { self.init(configuration, among: nil) }

    init(_ configuration: Configuration, among loops: OpenLoops?) {
        self.configuration = configuration
        let given = Credentials(
            trustedAuthorities: configuration.trustedAuthorities, clientCertificate: configuration.clientCertificate)
        credentials = CredentialSource(given, files: configuration.credentialFiles)
        proxies = ProxyRules(configuration.proxy)
        loop = CurlLoop(configuration, among: loops)
        loop.launch()
    }

    deinit { loop.stop() }

    /// Ends what is under way with `TransportError.closed`, closes all connections and returns when the thread is done with both.
    /// Requests sent later fail.
    public func shutdown() async {
        loop.stop()
        await loop.stopped()
    }

    /// Requests from now on trust and show these, on connections of their own; those under way end on the ones they have.
    public func replaceCredentials(_ credentials: Credentials) { self.credentials.replace(credentials) }

    /// What the client holds: at most a moment old.
    public var activity: Activity { loop.activity }

    public func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let prepared = try PreparedRequest(
            request, body: body, limits: limits, configuration: configuration, credentials: credentials.current(.now), proxies: proxies)
        let exchange = Exchange(prepared, on: loop)
        loop.submit(.start(exchange))
        return try await withTaskCancellationHandler {
            guard case .stream(_, let next) = body else { return try await converse(exchange, handle) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await exchange.upload(next) }
                defer { group.cancelAll() }
                return try await converse(exchange, handle)
            }
        } onCancel: {
            exchange.cancel()
        }
    }

    /// Waits for the head, hands over, and returns only when the loop no longer knows the exchange.
    private func converse<Result>(
        _ exchange: Exchange, _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        do {
            let head = try await exchange.head()
            var body = ResponseBody { try await exchange.nextPart() }
            let result = try await handle(head, &body)
            await exchange.finish()
            return result
        } catch {
            await exchange.finish()
            throw error
        }
    }
}
