public import KubeCore

/// A way to find objects by something else than their key.
public struct StoreIndex<Object: Resource>: Sendable {
    /// Tells indices of one store apart.
    public let name: String
    let values: @Sendable (Object) -> [String]

    /// - Parameters:
    ///   - name: tells indices of one store apart.
    ///   - values: what an object is found by; may be several, or none. The same object must give the same values each time.
    public init(_ name: String, values: @escaping @Sendable (Object) -> [String]) {
        self.name = name
        self.values = values
    }

    /// By namespace. Every store has it.
    public static var namespace: StoreIndex { StoreIndex("namespace") { [$0.metadata.namespace ?? ""] } }

    /// By the uid of each owner.
    public static var owner: StoreIndex { StoreIndex("owner") { $0.metadata.ownerReferences.map(\.uid) } }
}
