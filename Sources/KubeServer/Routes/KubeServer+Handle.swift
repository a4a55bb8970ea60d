import HTTPTypes
import JSON
import KubeCore

extension KubeServer {
    /// Answers one request. Errors are answers, too.
    package func handle(_ request: ServerRequest) async -> ServerResponse {
        do throws(KubeError) {
            return try await route(request)
        } catch {
            var response = ServerResponse(status: .init(code: error.status), body: .bytes(error.json.bytes()))
            if let retry = error.retryAfter { response.headers[.retryAfter] = String(retry.components.seconds) }
            if error.code == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
            return response
        }
    }

    private func route(_ request: ServerRequest) async throws(KubeError) -> ServerResponse {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? "/"
        let target = RequestTarget(path: path)
        // These answer everybody: probes and clients that don't know yet who they are.
        switch target {
        case .health(let kind): return health(kind, path)
        case .version: return ServerResponse(body: .bytes(Discovery.version.bytes()))
        default: break
        }
        guard let user = request.user ?? configuration.tokens.user(authorization: request.headers[.authorization]) else {
            throw .unauthorized
        }
        if case .resource(let target) = target {
            let query = Query(parts.count > 1 ? parts[1] : "")
            if let review = try review(target, request, user) { return review }
            return try await resource(target, request, query, user)
        }
        let attempt = AccessAttempt(user: user, verb: request.method.rawValue.lowercased(), path: String(path))
        guard isAllowed(attempt) || Discovery.isOpen(target) else { throw .forbidden(attempt) }
        guard request.method == .get else { throw .methodNotAllowed() }
        let accept = request.headers[.accept]
        switch target {
        case .openAPI(let rest): return try openAPI(rest, accept: accept)
        default:
            _ = try Representation(accept: accept?.contains("APIGroupDiscoveryList") ?? false ? nil : accept)
            guard let document = Discovery(types.current).document(target) else { throw .unknownPath }
            return ServerResponse(body: .bytes(document.bytes()))
        }
    }

    private func health(_ kind: String, _ path: some StringProtocol) -> ServerResponse {
        ServerResponse(contentType: "text/plain; charset=utf-8", body: .bytes(Array("ok".utf8)))
    }

    // MARK: Resources

    private func resource(
        _ target: ResourceTarget, _ request: ServerRequest, _ query: Query, _ user: User
    ) async throws(KubeError) -> ServerResponse {
        guard let type = types.current.type(group: target.group, plural: target.plural), let version = type.version(target.version),
            type.isNamespaced || target.namespace == nil, !type.isNamespaced || target.namespace != nil || target.name == nil,
            target.subresource == nil || (target.subresource == "status" && version.hasStatus)
        else {
            // Who may not ask is not told what there is.
            throw .unknownPath
        }
        let verb = try Verb(request.method, target, watches: query.bool("watch") ?? false)
        let attempt = AccessAttempt(
            user: user, verb: verb.rawValue, group: target.group, resource: target.plural, subresource: target.subresource,
            namespace: target.namespace ?? (target.plural == "namespaces" ? target.name : nil), name: target.name)
        accessLog.record(attempt)
        guard isAllowed(attempt) else { throw .forbidden(attempt) }
        let endpoint = Endpoint(
            server: self, request: request, query: query, user: user, type: type, version: version, target: target,
            representation: try Representation(accept: request.headers[.accept]))
        return switch verb {
        case .get: try endpoint.get()
        case .list: try endpoint.list()
        case .watch: try endpoint.watch()
        case .create: try await endpoint.create()
        case .update: try await endpoint.update()
        case .patch: try await endpoint.patch()
        case .delete: try await endpoint.delete()
        case .deleteCollection: try await endpoint.deleteCollection()
        }
    }

    /// Whether the configured authorisation lets it pass.
    func isAllowed(_ attempt: AccessAttempt) -> Bool {
        switch configuration.authorization {
        case .alwaysAllow: true
        case .roles: RoleEvaluator(store: store).allows(attempt)
        case .custom(let allows): allows(attempt)
        }
    }
}

/// What is done to a resource, in the words of authorisation.
enum Verb: String, Sendable {
    case get, list, watch, create, update, patch, delete
    case deleteCollection = "deletecollection"

    /// - Throws: 405 when the method does not go with the path.
    init(_ method: HTTPRequest.Method, _ target: ResourceTarget, watches: Bool) throws(KubeError) {
        switch (method, target.name, target.subresource) {
        case (.get, _, nil) where watches: self = .watch
        case (.get, nil, nil): self = .list
        case (.get, .some, _): self = .get
        case (.post, nil, nil): self = .create
        case (.put, .some, _): self = .update
        case (.patch, .some, _): self = .patch
        case (.delete, .some, nil): self = .delete
        case (.delete, nil, nil): self = .deleteCollection
        default: throw .methodNotAllowed()
        }
    }
}
