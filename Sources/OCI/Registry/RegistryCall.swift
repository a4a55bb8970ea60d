internal import HTTPCore
internal import HTTPTypes

/// One request of the distribution specification, before it is known how it must be authorized and where it is redirected.
struct RegistryCall {
    var method: HTTPRequest.Method
    var url: RemoteURL
    var fields: HTTPFields = [:]
    /// Made anew for each attempt.
    var body: () throws -> RequestBody? = { nil }
    /// Statuses that are an answer; others are errors.
    var expected: Set<Int>
    var limits: TransferLimits = .standard
    var scope: TokenScope
    /// How errors name what this is about.
    var subject: String
}

extension RegistryClient {
    private enum Outcome<Result> {
        case done(Result)
        case unauthorized([Challenge])
        case redirect(RemoteURL)
        case failed(OCIError)
    }

    private static var maximumRedirects: Int { 5 }

    /// Sends the request, answers challenges, follows redirects.
    /// - Throws: `OCIError`, `CancellationError`, or what `handle` throws. A connection that breaks in `handle` is `OCIError.unreachable`.
    func exchange<Result>(
        _ call: RegistryCall, _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        var url = call.url
        var authorization = try knownAuthorization(for: call)
        var hasAnswered = false
        var redirects = 0
        while true {
            switch try await attempt(call, at: url, authorization, handle) {
            case .done(let result): return result
            case .failed(let error): throw error
            case .unauthorized(let challenges):
                // A host we were sent to gets nothing.
                guard url.origin == call.url.origin, !hasAnswered else { throw unauthorized(call, hadCredentials: authorization != nil) }
                tokens.drop(call.scope)
                authorization = try await self.authorization(for: call, challenges)
                hasAnswered = true
            case .redirect(let target):
                redirects += 1
                guard redirects <= Self.maximumRedirects else {
                    throw OCIError(.malformed, "\(call.subject): the registry redirects more than \(Self.maximumRedirects) times")
                }
                guard target.scheme == "https" || url.scheme == "http" && mayUsePlainHTTP(target.authority) else {
                    throw OCIError(
                        .tls, "\(call.subject): the registry redirects to \(target.authority) without TLS, which is not followed")
                }
                // Once dropped it stays so: the other host must not choose where it goes.
                if target.origin != call.url.origin { authorization = nil }
                url = target
            }
        }
    }

    private func attempt<Result>(
        _ call: RegistryCall, at url: RemoteURL, _ authorization: String?,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Outcome<Result> {
        var fields = call.fields
        if let authorization { fields[.authorization] = authorization }
        let request = HTTPRequest(method: call.method, scheme: url.scheme, authority: url.authority, path: url.path, headerFields: fields)
        do {
            return try await transport.withResponse(to: request, body: try call.body(), limits: call.limits) { head, body in
                switch head.status.code {
                case let code where call.expected.contains(code): return .done(try await handle(head, &body))
                case 401: return .unauthorized(head.headerFields[values: .wwwAuthenticate].flatMap(Challenge.parse))
                case 301, 302, 303, 307, 308:
                    guard call.method == .get || call.method == .head, let location = head.headerFields[.location],
                        let target = url.resolving(location)
                    else { return .failed(OCIError(.malformed, "\(call.subject): the registry redirects in a way that is not followed")) }
                    return .redirect(target)
                default: return .failed(try await OCIError(head, &body, subject: call.subject))
                }
            }
        } catch let error as TransportError {
            throw OCIError(error, subject: call.subject)
        }
    }
}
