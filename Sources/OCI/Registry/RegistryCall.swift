internal import HTTPCore
internal import HTTPTypes
internal import JSON

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

    /// Who asks, for what and where: all that is needed to become authorized.
    struct Asking: Sendable {
        let url: RemoteURL
        let scope: TokenScope
        let subject: String
    }

    var asking: Asking { Asking(url: url, scope: scope, subject: subject) }
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
        var authorization = try await knownAuthorization(for: call)
        var hasAnswered = false
        var redirects = 0
        while true {
            switch try await attempt(call, at: url, authorization, handle) {
            case .done(let result): return result
            case .failed(let error): throw error
            case .unauthorized(let challenges):
                // A host we were sent to gets nothing.
                guard url.origin == call.url.origin, !hasAnswered else {
                    throw unauthorized(call.asking, hadCredentials: authorization != nil)
                }
                authorization = try await self.authorization(for: call, challenges, refused: authorization)
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
                guard url.mayLead(to: target) else {
                    throw OCIError(
                        .malformed,
                        "\(call.subject): the registry redirects to \(target.authority), an address of this machine or its own link, "
                            + "which is not followed")
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
            return try await turnstiles.pass(url.authority) {
                try await transport(to: url.authority).withResponse(to: request, body: try call.body(), limits: call.limits) {
                    try await answer(call, url, authorization, $0, &$1, handle)
                }
            }
        } catch let error as TransportError {
            throw OCIError(error, subject: call.subject)
        }
    }

    private func answer<Result>(
        _ call: RegistryCall, _ url: RemoteURL, _ authorization: String?, _ head: HTTPResponse, _ body: inout ResponseBody,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Outcome<Result> {
        switch head.status.code {
        case let code where call.expected.contains(code): return .done(try await handle(head, &body))
        case 401: return .unauthorized(head.headerFields[values: .wwwAuthenticate].flatMap(Challenge.parse))
        case 301, 302, 303, 307, 308:
            guard call.method == .get || call.method == .head, let location = head.headerFields[.location],
                let target = url.resolving(location)
            else { return .failed(OCIError(.malformed, "\(call.subject): the registry redirects in a way that is not followed")) }
            return .redirect(target)
        default:
            let secrets = Self.secrets(in: authorization)
            return .failed(
                try await OCIError(head, &body, subject: call.subject, secrets: secrets, now: configuration.timing.date()))
        }
    }

    /// What of an `Authorization` field must not be seen anywhere.
    static func secrets(in authorization: String?) -> [String] {
        guard let value = authorization?.split(separator: " ").last.map({ String($0) }) else { return [] }
        guard authorization?.hasPrefix("Basic ") == true, let pair = Base64.decode(value).map({ String(decoding: $0, as: UTF8.self) })
        else { return [value] }
        let password = pair.drop { $0 != ":" }.dropFirst()
        return [value, String(password)].filter { !$0.isEmpty }
    }
}
