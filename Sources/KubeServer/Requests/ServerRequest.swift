package import HTTPTypes

/// A request as the API server handles it, wherever it came from.
package struct ServerRequest: Sendable {
    package var method: HTTPRequest.Method
    /// Path and query as on the request line, percent-encoded.
    package var target: String
    package var headers: HTTPFields
    package var body: [UInt8]
    /// Who asks, when the way here vouches for it; nil: the bearer token says.
    package var user: User?

    package init(method: HTTPRequest.Method, target: String, headers: HTTPFields = [:], body: [UInt8] = [], user: User? = nil) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.user = user
    }
}

/// An answer: all at once, or a watch.
package struct ServerResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        case watch(WatchStream)
    }

    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: Body

    init(status: HTTPResponse.Status = .ok, contentType: String = "application/json", warnings: [String] = [], body: Body) {
        self.status = status
        self.body = body
        headers = [.contentType: contentType]
        for warning in warnings { headers.append(HTTPField(name: .warning, value: Self.warning(warning))) }
    }

    /// RFC 9111 §5.5 as Kubernetes uses it: code 299, no agent, the text quoted.
    private static func warning(_ text: String) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
        return "299 - \"\(quoted)\""
    }
}

extension HTTPField.Name {
    static let warning = HTTPField.Name("Warning")!
}
