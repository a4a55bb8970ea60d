public import JSON
public import KubeCore

extension Api {
    /// Creates an object.
    /// - Parameter body: `apiVersion`, `kind` and the namespace are filled in where they are missing.
    @discardableResult
    public func create(_ body: some JSONEncodable, options: WriteOptions = WriteOptions()) async throws -> Object {
        let body = completed(body.json, name: nil)
        let place = namespace ?? (definition.scope == .namespaced ? body["metadata"]?["namespace"]?.string : nil)
        guard definition.scope == .cluster || place != nil else {
            throw KubeError(.badRequest, status: 400, message: "creating a \(definition.kind) needs a namespace", kind: definition.kind)
        }
        return try await object(.create(definition, namespace: place, body: body, options: options))
    }

    /// Replaces a whole object. Not for read models, which would delete what they do not know.
    @discardableResult
    public func replace(_ name: String, _ body: some JSONEncodable, options: WriteOptions = WriteOptions()) async throws -> Object {
        try check(name)
        return try await object(
            .replace(definition, namespace: namespace, name: name, body: completed(body.json, name: name), options: options))
    }

    /// Server-side apply: what `manager` owns of the object becomes exactly what the body says; creates the object when it is not there.
    /// - Parameters:
    ///   - force: takes fields over from other managers.
    ///   - preconditions: with a uid, an object that was deleted is not created anew.
    /// - Throws: `KubeError` with `.conflict` when the preconditions do not hold, or when another manager owns a field and `force` is false.
    @discardableResult
    public func apply(
        _ name: String, _ body: some JSONEncodable, manager: String, force: Bool = true, preconditions: Preconditions? = nil,
        dryRun: Bool = false
    ) async throws -> Object {
        try await apply(name, nil, body.json, manager, force, preconditions, dryRun)
    }

    /// Server-side apply to the status alone.
    @discardableResult
    public func applyStatus(
        _ name: String, _ body: some JSONEncodable, manager: String, force: Bool = true, preconditions: Preconditions? = nil,
        dryRun: Bool = false
    ) async throws -> Object {
        try await apply(name, "status", body.json, manager, force, preconditions, dryRun)
    }

    private func apply(
        _ name: String, _ subresource: String?, _ body: JSON, _ manager: String, _ force: Bool, _ preconditions: Preconditions?,
        _ dryRun: Bool
    ) async throws -> Object {
        try check(name)
        return try await write(
            .apply(
                definition, namespace: namespace, name: name, subresource: subresource, body: completed(body, name: name),
                manager: manager, force: force, preconditions: preconditions, dryRun: dryRun), preconditions)
    }

    /// Merges the body into the object (RFC 7386): null deletes a member.
    @discardableResult
    public func mergePatch(
        _ name: String, _ body: some JSONEncodable, preconditions: Preconditions? = nil, options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        try await patch(name, nil, .merge, body.json, preconditions, options)
    }

    /// Merges the body into the object's status.
    @discardableResult
    public func patchStatus(
        _ name: String, _ body: some JSONEncodable, preconditions: Preconditions? = nil, options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        try await patch(name, "status", .merge, body.json, preconditions, options)
    }

    /// Carries out the operations in their order, all or none (RFC 6902).
    @discardableResult
    public func jsonPatch(
        _ name: String, _ operations: some JSONEncodable, subresource: String? = nil, options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        try await patch(name, subresource, .json, operations.json, nil, options)
    }

    private func patch(
        _ name: String, _ subresource: String?, _ type: PatchType, _ body: JSON, _ preconditions: Preconditions?, _ options: WriteOptions
    ) async throws -> Object {
        try check(name)
        return try await write(
            .patch(
                definition, namespace: namespace, name: name, subresource: subresource, type, body: body, preconditions: preconditions,
                options: options), preconditions)
    }

    /// Servers answer 409 when a resource version, or the uid of an object that is gone, does not hold, but 422 when another object has
    /// the name by now: its uid «is immutable». For whoever named a uid both are the same conflict.
    private func write(_ request: APIRequest, _ preconditions: Preconditions?) async throws -> Object {
        do { return try await object(request) } catch var error as KubeError {
            let isOther = preconditions?.uid != nil && error.code == .invalid && error.causes.contains { $0.field == "metadata.uid" }
            if isOther { error.code = .conflict }
            throw error
        }
    }

    /// The body with what the server wants to see in every object.
    private func completed(_ body: JSON, name: String?) -> JSON {
        var members: JSONObject = ["apiVersion": .string(definition.apiVersion), "kind": .string(definition.kind)]
        for (key, value) in body.object ?? [:] { members[key] = value }
        var metadata = members["metadata"] ?? [:]
        if let name, metadata["name"] == nil { metadata["name"] = .string(name) }
        if definition.scope == .namespaced, let namespace, metadata["namespace"] == nil { metadata["namespace"] = .string(namespace) }
        members["metadata"] = metadata
        return .object(members)
    }
}
