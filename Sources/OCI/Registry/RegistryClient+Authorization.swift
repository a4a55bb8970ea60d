internal import HTTPCore
internal import HTTPTypes
internal import JSON

extension RegistryClient {
    /// What worked before, so that most requests need no challenge.
    func knownAuthorization(for call: RegistryCall) throws -> String? {
        if let token = tokens.token(for: call.scope, now: configuration.timing.now()) { return "Bearer \(token)" }
        guard tokens.usesBasic(call.scope.registry) else { return nil }
        return basic(try credential(for: call))
    }

    /// Answers the challenges of a 401: a token if the registry wants one, else user and password.
    func authorization(for call: RegistryCall, _ challenges: [Challenge]) async throws -> String {
        let credential = try credential(for: call)
        if case .registryToken(let token) = credential { return "Bearer \(token)" }
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            return "Bearer \(try await token(for: call, bearer, credential))"
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            let names = challenges.map(\.scheme).joined(separator: ", ")
            throw OCIError(
                .unauthorized,
                "\(call.subject): the registry wants an authentication that is not known here (\(shown(names))); wanted basic or bearer")
        }
        guard let basic = basic(credential) else { throw unauthorized(call, hadCredentials: false) }
        tokens.rememberBasic(call.scope.registry)
        return basic
    }

    func unauthorized(_ call: RegistryCall, hadCredentials: Bool) -> OCIError {
        let registry = call.scope.registry
        return OCIError(
            .unauthorized,
            hadCredentials
                ? "\(call.subject): the registry \(registry) refuses the credentials it was given; check those for \(registry) in the docker config"
                : "\(call.subject): the registry \(registry) wants credentials; add some for \(registry) to the docker config, "
                    + "or correct the repository's name")
    }

    private func credential(for call: RegistryCall) throws -> Credential {
        do {
            return try configuration.credentials(call.scope.registry, call.scope.repository)
        } catch let error as OCIError {
            throw OCIError(error.code, "\(call.subject): \(error.message)")
        }
    }

    private func basic(_ credential: Credential) -> String? {
        guard case .basic(let user, let password) = credential else { return nil }
        return "Basic \(Base64.encode("\(user):\(password)".utf8))"
    }

    /// Asks the token server that the registry names (distribution specification, "Token Authentication").
    private func token(for call: RegistryCall, _ challenge: Challenge, _ credential: Credential) async throws -> String {
        guard let realm = challenge.parameters["realm"], let server = RemoteURL(parsing: realm) else {
            throw OCIError(.malformed, "\(call.subject): the registry names no token server that can be asked")
        }
        guard server.scheme == "https" || call.url.scheme == "http" && mayUsePlainHTTP(server.authority) else {
            throw OCIError(.tls, "\(call.subject): the registry names the token server \(server.authority) without TLS, which is not asked")
        }
        // The registry's own scope counts when it is for something else than this repository.
        let own = call.scope.description
        let scope = challenge.parameters["scope"].flatMap { $0.hasPrefix("repository:\(call.scope.repository):") ? nil : $0 } ?? own
        let request = tokenRequest(server, service: challenge.parameters["service"], scope: scope, credential)
        let (head, body): (HTTPResponse, [UInt8])
        do {
            (head, body) = try await transport.send(request.head, body: request.body, upTo: 1 << 20)
        } catch let error as TransportError {
            throw OCIError(error, subject: "\(call.subject) (token server)")
        }
        guard head.status.code == 200 else {
            if [400, 401, 403].contains(head.status.code) { throw unauthorized(call, hadCredentials: credential != .anonymous) }
            throw OCIError(head, body, subject: "\(call.subject) (token server)")
        }
        let answer = try? JSON.parse(body)
        guard let token = answer?["token"]?.string ?? answer?["access_token"]?.string, !token.isEmpty,
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw OCIError(.malformed, "\(call.subject): the token server \(server.authority) answers without a token") }
        let now = configuration.timing.now()
        // The token specification's default, and a bound on what a server may say.
        let lifetime = min(max(answer?["expires_in"]?.integer ?? 60, 60), 86_400)
        tokens.keep(token, for: call.scope, until: now + .seconds(lifetime), now: now)
        return token
    }

    private func tokenRequest(
        _ server: RemoteURL, service: String?, scope: String, _ credential: Credential
    ) -> (head: HTTPRequest, body: RequestBody?) {
        var fields: HTTPFields = [.accept: "application/json"]
        if case .identityToken(let token) = credential {
            var form = [("grant_type", "refresh_token"), ("client_id", "graft"), ("scope", scope), ("refresh_token", token)]
            if let service { form.append(("service", service)) }
            fields[.contentType] = "application/x-www-form-urlencoded"
            let text = form.map { "\($0)=\(RemoteURL.encoded($1))" }.joined(separator: "&")
            let head = HTTPRequest(
                method: .post, scheme: server.scheme, authority: server.authority, path: server.path, headerFields: fields)
            return (head, .bytes(Array(text.utf8)))
        }
        var url = server
        if let service { url = url.adding("service", RemoteURL.encoded(service)) }
        url = url.adding("scope", RemoteURL.encoded(scope))
        if let basic = basic(credential) { fields[.authorization] = basic }
        return (HTTPRequest(method: .get, scheme: url.scheme, authority: url.authority, path: url.path, headerFields: fields), nil)
    }
}
