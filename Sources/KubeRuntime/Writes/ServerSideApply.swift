public import JSON
public import KubeClient
public import KubeCore

/// Writes fields under the name of the one who owns them («Server-Side Apply», in Kubernetes' reference). What a manager applies is
/// all that it owns of an object: a field that it no longer says goes, unless another manager owns it too.
public struct ServerSideApply: Sendable, Hashable {
    /// What to do about fields that other managers own with another value.
    public enum Conflicts: Sendable, Hashable {
        /// Take them over: right for a controller, who applies what it has decided.
        case takeOver
        /// Change nothing, and fail with an error whose `fieldConflicts` name field and manager: right for people's tools.
        case refuse
    }

    /// The name of the field manager, at most 128 bytes.
    public let manager: String

    /// For the manager of a name.
    /// - Parameter manager: a name of your program's own, the same at every start.
    public init(as manager: String) { self.manager = manager }

    /// Makes what this manager owns of an object exactly what the body says; creates the object when it is not there.
    /// - Parameters:
    ///   - body: of the object's fields only those that are to be owned. Read models are none: they would own what they read.
    ///   - preconditions: with a uid, an object that was deleted is not created anew.
    /// - Throws: `KubeError.conflict`.
    @discardableResult
    public func apply<Object: KubeObject>(
        _ body: some JSONEncodable, to name: String, _ api: Api<Object>, conflicts: Conflicts = .takeOver,
        preconditions: Preconditions? = nil, dryRun: Bool = false
    ) async throws -> Object {
        try await api.apply(
            name, body, manager: manager, force: conflicts == .takeOver, preconditions: preconditions, dryRun: dryRun)
    }

    /// Gives up all that this manager owns of an object, its status apart: fields that nobody else owns go.
    /// - Returns: what is left; nil when the object is gone, or another one has its name by now.
    @discardableResult
    public func release<Object: KubeObject>(_ object: Object, _ api: Api<Object>) async throws -> Object? {
        let place = object.metadata.namespace.map { api.scoped(to: $0) } ?? api
        do {
            return try await place.apply(
                object.metadata.name, [:] as JSON, manager: manager, preconditions: Preconditions(uid: object.metadata.uid))
        } catch let error as KubeError where error.code == .conflict || error.code == .notFound {
            return nil
        }
    }
}
