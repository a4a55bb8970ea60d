public import KubeCore

extension Api {
    /// One object.
    /// - Throws: `KubeError` with `.notFound` when there is none.
    public func get(_ name: String) async throws -> Object {
        try check(name)
        return try await object(.get(definition, namespace: namespace, name: name))
    }

    /// One object by its key, whose namespace wins over ours.
    public func get(_ key: ObjectKey) async throws -> Object { try await at(key).get(key.name) }

    /// One object, or nil when there is none.
    public func getIfPresent(_ name: String) async throws -> Object? {
        do { return try await get(name) } catch let error as KubeError where error.code == .notFound { return nil }
    }

    /// One object by its key, whose namespace wins over ours; nil when there is none.
    public func getIfPresent(_ key: ObjectKey) async throws -> Object? { try await at(key).getIfPresent(key.name) }

    private func at(_ key: ObjectKey) -> Api { key.namespace.map { scoped(to: $0) } ?? self }

    /// Objects a page.
    public static var pageSize: Int { 500 }

    /// The whole collection, page by page. When the continue token expires on the way, it starts anew, once.
    ///
    /// A `limit` in the options is the size of a page.
    public func list(_ options: ListOptions = ListOptions()) async throws -> ResourceList<Object> {
        do { return try await pages(options) } catch let error as KubeError where error.isExpired && options.resourceVersion == nil {
            return try await pages(options)
        }
    }

    private func pages(_ options: ListOptions) async throws -> ResourceList<Object> {
        var options = options
        options.limit = options.limit ?? Self.pageSize
        var list = try await page(options)
        // A continue token implies its resource version; naming one as well is refused.
        options.resourceVersion = nil
        options.match = nil
        while let token = list.continueToken {
            options.continueToken = token
            let next = try await page(options)
            list.items += next.items
            list.undecodable += next.undecodable
            list.resourceVersion = next.resourceVersion
            list.continueToken = next.continueToken
        }
        list.remaining = nil
        return list
    }

    /// One page.
    public func page(_ options: ListOptions) async throws -> ResourceList<Object> {
        let request = APIRequest.list(definition, namespace: namespace, options: options)
        let bytes = try await client.bytes(request)
        do { return try ResourceList(parsing: bytes) } catch {
            throw KubeError(
                .unexpectedAnswer, status: 200,
                message: "GET \(request.path): the answer is no list (\(error)): \(Client.beginning(of: bytes))", kind: definition.kind)
        }
    }
}
