public import KubeCore

/// A way to find objects by something else than their key.
public struct StoreIndex<Object: Resource>: Sendable {
    /// Tells indices of one store apart.
    public let name: String
    /// See `init`.
    let crowd: Int?
    private let values: @Sendable (Object) -> [String]
    /// Known from the key: the object need not be looked at.
    private let isNamespace: Bool

    /// - Parameters:
    ///   - name: tells indices of one store apart.
    ///   - crowd: the store keeps which values more objects share than this: `Store.values(of:sharedByMoreThan:)` for as many or more
    ///     looks at no others. Nil: it looks at all values each time.
    ///   - values: what an object is found by; may be several, or none. The same object must give the same values each time.
    public init(_ name: String, crowd: Int? = nil, values: @escaping @Sendable (Object) -> [String]) {
        self.init(name, crowd: crowd, isNamespace: false, values: values)
    }

    private init(_ name: String, crowd: Int?, isNamespace: Bool, values: @escaping @Sendable (Object) -> [String]) {
        self.name = name
        self.crowd = crowd
        self.isNamespace = isNamespace
        self.values = values
    }

    /// By namespace. Every store has it.
    public static var namespace: StoreIndex { StoreIndex("namespace", crowd: nil, isNamespace: true) { [$0.metadata.namespace ?? ""] } }

    /// What an object is found by.
    func values(of object: StoredObject<Object>, _ key: ObjectKey) -> [String] {
        isNamespace ? [key.namespace ?? ""] : values(object.object)
    }

    /// By the uid of each owner.
    public static var owner: StoreIndex { StoreIndex("owner") { $0.metadata.ownerReferences.map(\.uid) } }
}
