import JSON
public import KubeClient
public import KubeCore

/// A name in `metadata.finalizers` that keeps an object from vanishing until we have cleaned up behind it.
///
/// Writes name the resource version they are based on: when the object has changed meanwhile they fail with `.conflict`, and nobody
/// else's finalizer is lost.
public struct Finalizer: Sendable, Hashable {
    /// As in `example.com/finalizer`.
    public let name: String

    /// A name with a domain of yours before a slash.
    public init(_ name: String) { self.name = name }

    /// Whether an object bears it.
    public func isPresent(on object: some KubeObject) -> Bool { object.metadata.finalizers.contains(name) }

    /// Adds it, unless it is there.
    /// - Returns: the object with it.
    /// - Throws: `KubeError.conflict` when the object has changed; `.notFound` when it is gone.
    @discardableResult
    public func add<Object: KubeObject>(to object: Object, _ api: Api<Object>) async throws -> Object {
        if isPresent(on: object) { return object }
        return try await write(object.metadata.finalizers + [name], object, api)
    }

    /// Takes it away, if it is there. The object may vanish by that.
    /// - Returns: the object without it; nil when it is gone.
    @discardableResult
    public func remove<Object: KubeObject>(from object: Object, _ api: Api<Object>) async throws -> Object? {
        guard isPresent(on: object) else { return object }
        do { return try await write(object.metadata.finalizers.filter { $0 != name }, object, api) } catch let error as KubeError
            where error.code == .notFound
        { return nil }
    }

    private func write<Object: KubeObject>(_ finalizers: [String], _ object: Object, _ api: Api<Object>) async throws -> Object {
        let place = object.metadata.namespace.map { api.scoped(to: $0) } ?? api
        let body: JSON = ["metadata": ["finalizers": finalizers.json]]
        return try await place.mergePatch(object.metadata.name, body, preconditions: Preconditions(of: object))
    }
}
