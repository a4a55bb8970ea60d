internal import HTTPCore
internal import HTTPTypes
internal import JSON

extension RegistryClient {
    /// What worked before, so that most requests need no challenge.
    func knownAuthorization(for call: RegistryCall) async throws -> String? {
        if let token = tokens.token(for: call.scope, now: configuration.timing.now()) { return "Bearer \(token)" }
        guard tokens.usesBasic(call.scope.registry) else { return nil }
        return basic(try await credential(for: call.asking))
    }

    /// Answers the challenges of a 401: a token if the registry wants one, else user and password.
    /// - Parameter refused: the authorization that was sent; a token is not used twice.
    func authorization(for call: RegistryCall, _ challenges: [Challenge], refused: String?) async throws -> String {
        if let token = refused?.split(separator: " ").last { tokens.drop(String(token), for: call.scope) }
        // Another request may have found one meanwhile.
        if let token = tokens.token(for: call.scope, now: configuration.timing.now()) { return "Bearer \(token)" }
        if refused != nil { configuration.credentialsRefused(call.scope.registry, call.scope.repository) }
        let credential = try await credential(for: call.asking)
        if case .registryToken(let token) = credential { return "Bearer \(token)" }
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            let asking = call.asking
            return "Bearer \(try await tokenRequests.value(for: call.scope) { try await self.token(for: asking, bearer, credential) })"
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            let names = challenges.map(\.scheme).joined(separator: ", ")
            throw OCIError(
                .unauthorized,
                "\(call.subject): the registry wants an authentication that is not known here (\(shown(names))); wanted basic or bearer")
        }
        guard let basic = basic(credential) else { throw unauthorized(call.asking, hadCredentials: false) }
        tokens.rememberBasic(call.scope.registry)
        return basic
    }

    func unauthorized(_ asking: RegistryCall.Asking, hadCredentials: Bool) -> OCIError {
        let registry = asking.scope.registry
        return OCIError(
            .unauthorized,
            hadCredentials
                ? "\(asking.subject): the registry \(registry) refuses the credentials it was given; check those for \(registry) in the docker config"
                : "\(asking.subject): the registry \(registry) wants credentials; add some for \(registry) to the docker config, "
                    + "or correct the repository's name")
    }

    private func credential(for asking: RegistryCall.Asking) async throws -> Credential {
        do {
            return try await configuration.credentials(asking.scope.registry, asking.scope.repository)
        } catch let error as OCIError {
            throw OCIError(error.code, "\(asking.subject): \(error.message)")
        }
    }

    private func basic(_ credential: Credential) -> String? {
        guard case .basic(let user, let password) = credential else { return nil }
        return "Basic \(Base64.encode("\(user):\(password)".utf8))"
    }

    /// The token server that the registry names, if it may be asked: over TLS, unless the registry itself is not, and one of those that the
    /// configuration knows, where it knows any.
    private func tokenServer(_ challenge: Challenge, for asking: RegistryCall.Asking) throws -> RemoteURL {
        guard let realm = challenge.parameters["realm"], let server = RemoteURL(parsing: realm) else {
            throw OCIError(.malformed, "\(asking.subject): the registry names no token server that can be asked")
        }
        guard server.scheme == "https" || asking.url.scheme == "http" && mayUsePlainHTTP(server.authority) else {
            throw OCIError(
                .tls, "\(asking.subject): the registry names the token server \(server.authority) without TLS, which is not asked")
        }
        guard asking.url.mayLead(to: server) else {
            throw OCIError(
                .malformed,
                "\(asking.subject): the registry names the token server \(server.authority), an address of this machine or its own link, "
                    + "which is not asked")
        }
        if let known = configuration.tokenServers[asking.scope.registry],
            !known.contains(server.authority), !known.contains(RemoteURL.host(of: server.authority))
        {
            throw OCIError(
                .denied,
                "\(asking.subject): the registry names the token server \(server.authority), which the configuration does not allow for "
                    + "\(asking.scope.registry); add it to tokenServers if it is the right one")
        }
        return server
    }

    /// Asks the token server that the registry names (distribution specification, "Token Authentication").
    private func token(for asking: RegistryCall.Asking, _ challenge: Challenge, _ credential: Credential) async throws -> String {
        let server = try tokenServer(challenge, for: asking)
        let scopes = asking.scope.names(wanted: challenge.parameters["scope"])
        let request = tokenRequest(server, service: challenge.parameters["service"], scopes: scopes, credential)
        let subject = "\(asking.subject) (token server)"
        let (head, body): (HTTPResponse, [UInt8])
        do {
            (head, body) = try await transport(to: server.authority).send(request.head, body: request.body, upTo: 1 << 20)
        } catch let error as TransportError {
            throw OCIError(error, subject: subject)
        }
        guard head.status.code == 200 else {
            if [400, 401, 403].contains(head.status.code) { throw unauthorized(asking, hadCredentials: credential != .anonymous) }
            throw OCIError(head, body, subject: subject, secrets: credential.secrets, now: configuration.timing.date())
        }
        let answer = try? JSON.parse(body)
        guard let token = answer?["token"]?.string ?? answer?["access_token"]?.string, !token.isEmpty,
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw OCIError(.malformed, "\(asking.subject): the token server \(server.authority) answers without a token") }
        let now = configuration.timing.now()
        // The token specification's default, and a bound on what a server may say.
        let lifetime = min(max(answer?["expires_in"]?.integer ?? 60, 60), 86_400)
        tokens.keep(token, for: asking.scope, until: now + .seconds(lifetime), now: now)
        return token
    }

    private func tokenRequest(
        _ server: RemoteURL, service: String?, scopes: [String], _ credential: Credential
    ) -> (head: HTTPRequest, body: RequestBody?) {
        var fields: HTTPFields = [.accept: "application/json"]
        if case .identityToken(let token) = credential {
            var form = [
                ("grant_type", "refresh_token"), ("client_id", "graft"), ("scope", scopes.joined(separator: " ")), ("refresh_token", token),
            ]
            if let service { form.append(("service", service)) }
            fields[.contentType] = "application/x-www-form-urlencoded"
            let text = form.map { "\($0)=\(RemoteURL.encoded($1))" }.joined(separator: "&")
            let head = HTTPRequest(
                method: .post, scheme: server.scheme, authority: server.authority, path: server.path, headerFields: fields)
            return (head, .bytes(Array(text.utf8)))
        }
        var url = server
        if let service { url = url.adding("service", RemoteURL.encoded(service)) }
        for scope in scopes { url = url.adding("scope", RemoteURL.encoded(scope)) }
        if let basic = basic(credential) { fields[.authorization] = basic }
        return (HTTPRequest(method: .get, scheme: url.scheme, authority: url.authority, path: url.path, headerFields: fields), nil)
    }
}
