public import Logging
public import Tracing

/// The reconcile that work belongs to; travels with the task, so that what is logged and traced below it says which one it was.
public struct Reconcile: Sendable, Hashable {
    /// Another one each time: 32 hexadecimal digits.
    public let id: String
    /// The controller's name.
    public let controller: String
    /// Of the object, where the key is one's; nil for a cluster-scoped one.
    public let namespace: String?
    /// The object's, or what the key is called.
    public let name: String
}

extension ServiceContext {
    private enum ReconcileKey: ServiceContextKey {
        typealias Value = Reconcile
        static var nameOverride: String? { "reconcile" }
    }

    /// The reconcile that work in this context belongs to.
    public internal(set) var reconcile: Reconcile? {
        get { self[ReconcileKey.self] }
        set { self[ReconcileKey.self] = newValue }
    }
}

extension Logger.MetadataProvider {
    /// `controller`, `reconcileID`, `namespace` and `name`, as controller-runtime logs them.
    public static let reconcile = Logger.MetadataProvider { ServiceContext.current?.reconcile?.metadata ?? [:] }
}

extension Reconcile {
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["controller": "\(controller)", "reconcileID": "\(id)", "name": "\(name)"]
        if let namespace { metadata["namespace"] = "\(namespace)" }
        return metadata
    }

    /// For what the controller itself logs of a reconcile.
    func logged(_ key: some Hashable, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        metadata.merging(["key": "\(key)"]) { $1 }.merging(more) { $1 }
    }
}
