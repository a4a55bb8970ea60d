import HTTPCore
import HTTPTypes
import JSON
import KubeCore

extension Client {
    /// Sends a request and hands the body of a good answer over. After a 401 the credentials are got anew, once; and when the
    /// handshake fails or the server answers 401 although the certificates in files have changed, these are taken up.
    func exchange<Value>(
        _ request: APIRequest, limits: TransferLimits, _ handle: (inout ResponseBody) async throws -> Value
    ) async throws -> Value {
        let credential = try await credentials.current()
        let first: Result<Value, KubeError>
        do { first = try await attempt(request, credential, limits, handle) } catch let error as TransportError {
            // The server has read nothing of a request whose sender it turned away in the handshake.
            guard error.code == .tls, transports.reload() else { throw error }
            first = try await attempt(request, credential, limits, handle)
        }
        switch first {
        case .success(let value): return value
        case .failure(let error):
            guard error.status == 401 else { throw error }
            let mayChange = credentials.refused(credential)
            guard transports.reload() || mayChange else { throw explained(error) }
            switch try await attempt(request, try await credentials.current(), limits, handle) {
            case .success(let value): return value
            case .failure(let error): throw explained(error)
            }
        }
    }

    /// A 401 says nothing but `Unauthorized`: it gets a server, credentials and a way out.
    private func explained(_ error: KubeError) -> KubeError {
        guard error.status == 401 else { return error }
        var error = error
        error.message =
            "\(server.scheme)://\(server.authority) does not accept the credentials of \(origin): they have expired, or are for another cluster; "
            + "get new ones (the server says: \(error.message))"
        return error
    }

    private func attempt<Value>(
        _ request: APIRequest, _ credential: Credential, _ limits: TransferLimits, _ handle: (inout ResponseBody) async throws -> Value
    ) async throws -> Result<Value, KubeError> {
        let body = request.body.map { RequestBody.bytes($0.bytes()) }
        let transport = try transport(showing: credential.identity)
        return try await observed(request, head(request, credential.authorization)) { head, observation in
            try await transport.withResponse(to: head, body: body, limits: limits) { response, body in
                observation.answered(response.status.code)
                guard (200..<300).contains(response.status.code) else {
                    let bytes = try await body.collect(upTo: 4 << 20)
                    return .failure(Self.error(request, response, bytes))
                }
                return .success(try await handle(&body))
            }
        }
    }

    private func head(_ request: APIRequest, _ authorization: String?) -> HTTPRequest {
        var head = HTTPRequest(
            method: HTTPRequest.Method(request.method.rawValue) ?? .get, scheme: server.scheme, authority: server.authority,
            path: server.prefix + request.target)
        head.headerFields[.accept] = "application/json"
        head.headerFields[.userAgent] = userAgent
        if let contentType = request.contentType { head.headerFields[.contentType] = contentType }
        if let authorization { head.headerFields[.authorization] = authorization }
        for (name, value) in impersonation?.headers ?? [] {
            guard let name = HTTPField.Name(name) else { continue }
            head.headerFields.append(HTTPField(name: name, value: value))
        }
        return head
    }

    /// The Status in a bad answer, or what stands for it.
    private static func error(_ request: APIRequest, _ response: HTTPResponse, _ bytes: [UInt8]) -> KubeError {
        let code = response.status.code
        var error: KubeError
        if let json = try? JSON.parse(bytes), json["kind"]?.string == "Status", let status = try? KubeError(from: json) {
            error = status
            if error.code.reason.isEmpty { error.code = .ofStatus(code) }
            error.status = code
        } else {
            let said = bytes.isEmpty ? "an empty answer" : beginning(of: bytes)
            error = KubeError(
                code == 401 ? .unauthorized : .unexpectedAnswer, status: code,
                message: "\(request.method.rawValue) \(request.path): HTTP \(code): \(said)")
        }
        if error.retryAfter == nil, let text = response.headerFields[.retryAfter], let seconds = Int64(text), seconds >= 0 {
            error.retryAfter = .seconds(min(seconds, 3600))
        }
        return error
    }
}

extension KubeError.Code {
    /// The reason that a Status without one stands for.
    fileprivate static func ofStatus(_ status: Int) -> KubeError.Code {
        switch status {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 405: .methodNotAllowed
        case 406: .notAcceptable
        case 409: .conflict
        case 410: .gone
        case 413: .requestEntityTooLarge
        case 415: .unsupportedMediaType
        case 422: .invalid
        case 429: .tooManyRequests
        case 503: .serviceUnavailable
        case 504: .timeout
        case 500...: .internalError
        default: .unexpectedAnswer
        }
    }
}
