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
}
