public import JSON
public import KubeClient
public import KubeCore

/// Writes the status of objects: the whole of it in one server-side apply, and only when it differs from what is there.
///
/// The write names the object's uid: the status of an object that is gone is not written to another of its name.
public struct StatusWriter<Object: KubeObject>: Sendable {
    private let api: Api<Object>
    private let manager: String

    /// - Parameter manager: the name of the field manager who owns the status. Who shares a status with others applies just its own part.
    public init(_ api: Api<Object>, manager: String) {
        self.api = api
        self.manager = manager
    }

    /// - Parameters:
    ///   - status: what it is to be.
    ///   - observed: what it is, as far as we know: of the object as it was read.
    /// - Returns: the object with its status; nil when there was nothing to write, or the object is gone.
    @discardableResult
    public func write<Status: JSONEncodable & Equatable>(
        _ status: Status, observed: Status?, of object: Object
    ) async throws -> Object? {
        guard status != observed else { return nil }
        let place = object.metadata.namespace.map { api.scoped(to: $0) } ?? api
        do {
            return try await place.applyStatus(
                object.metadata.name, ["status": status.json] as JSON, manager: manager,
                preconditions: Preconditions(uid: object.metadata.uid))
        } catch let error as KubeError where error.code == .notFound || error.code == .conflict {
            return nil
        }
    }
}
