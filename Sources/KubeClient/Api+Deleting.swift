import JSON
public import KubeCore

/// What became of an object that was deleted.
public enum Deletion<Object: KubeObject>: Sendable {
    /// There is no such object any more.
    case gone
    /// It carries a `deletionTimestamp` and goes when its finalizers do.
    case pending(Object)
}

extension Api {
    /// Deletes an object.
    /// - Throws: `KubeError` with `.notFound` when there is none, `.conflict` when the preconditions do not hold.
    @discardableResult
    public func delete(_ name: String, _ options: DeleteOptions = DeleteOptions()) async throws -> Deletion<Object> {
        try check(name)
        let request = APIRequest.delete(definition, namespace: namespace, name: name, options: options)
        // Done at once, servers answer with a Status, or with the object as it was last.
        guard let object = try read(Deleted<Object>.self, try await client.bytes(request), request).object else { return .gone }
        return object.metadata.deletionTimestamp != nil && !object.metadata.finalizers.isEmpty ? .pending(object) : .gone
    }

    /// Deletes an object if there is one. False when there is none.
    @discardableResult
    public func deleteIfPresent(_ name: String, _ options: DeleteOptions = DeleteOptions()) async throws -> Bool {
        do { try await delete(name, options) } catch let error as KubeError where error.code == .notFound { return false }
        return true
    }
}

/// What a deletion is answered with.
private struct Deleted<Object: KubeObject>: JSONDecodable {
    /// Nil when it is a Status.
    var object: Object?

    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        if json["kind"]?.string != "Status" { object = try Object(from: json, at: path) }
    }

    init(reading node: JSONNode) throws(JSONDecodingError) {
        if node.member("kind")?.string != "Status" { object = try Object(reading: node) }
    }
}
