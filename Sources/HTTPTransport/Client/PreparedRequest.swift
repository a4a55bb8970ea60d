internal import HTTPCore
internal import HTTPTypes

/// A request as the loop sends it: checked, and in libcurl's words.
struct PreparedRequest: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        case stream(length: Int)
    }

    let target: RequestTarget
    let method: String
    /// Lines `Name: value`, or `Name;` for an empty value.
    let fields: [String]
    let body: Body
    let limits: TransferLimits
    let credentials: HTTPClient.Credentials
    /// The proxy's URL; nil when there is none.
    let proxy: String?

    init(
        _ request: HTTPRequest, body: RequestBody?, limits: TransferLimits, configuration: HTTPClient.Configuration,
        credentials: HTTPClient.Credentials, proxies: ProxyRules
    ) throws {
        target = try RequestTarget(request)
        self.credentials = credentials
        proxy = configuration.unixSocketPath == nil ? try proxies.proxy(for: target) : nil
        method = request.method.rawValue
        self.limits = limits
        switch body {
        case .bytes(let bytes): self.body = .bytes(bytes)
        case .stream(let length, _):
            guard length >= 0 else { throw TransportError(.unsupported, "\(target.address): a request body of \(length) bytes") }
            self.body = .stream(length: length)
        // These methods are expected to have content; an explicit length of 0 says that there is none (RFC 9110, 8.6).
        case nil where [.post, .put, .patch].contains(request.method): self.body = .bytes([])
        case nil: self.body = .none
        }
        guard request.method != .head || body == nil else {
            throw TransportError(.unsupported, "\(target.address): a HEAD request with a body is not sent")
        }
        fields = Self.lines(of: request, target: target, configuration: configuration)
    }

    /// Length and framing are libcurl's own matter. It must not ask for `100 Continue` either: many servers answer that late or never.
    private static func lines(
        of request: HTTPRequest, target: RequestTarget, configuration: HTTPClient.Configuration
    ) -> [String] {
        let own: Set<String> = ["content-length", "transfer-encoding", "host", "expect", "connection"]
        var lines = ["Expect:"]
        if configuration.tlsServerName != nil { lines.append("Host: \(target.authority)") }
        for field in request.headerFields where !own.contains(field.name.canonicalName) {
            lines.append(field.value.isEmpty ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)")
        }
        return lines
    }
}
