public import KubeCore

/// What a store held at one moment; it never changes. For whoever looks several times and wants each look to be at the same state.
///
/// Taking one costs nothing; the store's next write copies its tables (not its objects) while one is held. Don't keep it.
public struct StoreSnapshot<Object: Resource>: Sendable {
    let contents: StoreContents<Object>

    /// The object of a key; nil when there is none.
    public func get(_ key: ObjectKey) -> Object? { contents.objects[key]?.object }

    /// Everything, in no order.
    public func all() -> [Object] { contents.objects.values.map(\.object) }

    /// Of all objects, in no order.
    public var keys: [ObjectKey] { Array(contents.objects.keys) }

    /// How many objects there are.
    public var count: Int { contents.objects.count }

    /// Those of one namespace, in no order.
    public func objects(in namespace: String) -> [Object] { objects(.namespace, namespace) }

    /// Those that an index finds by a value, in no order. The index must have been given to the reflector or the writer; one
    /// that was not finds nothing.
    public func objects(_ index: StoreIndex<Object>, _ value: String) -> [Object] { contents.objects(index.name, value) }

    /// The values of an index that more than `count` objects share, in no order.
    public func values(of index: StoreIndex<Object>, sharedByMoreThan count: Int) -> [String] {
        contents.values(index.name, sharedByMoreThan: count)
    }

    /// Up to which everything had been seen: the version of the newest event, bookmark or list.
    public var resourceVersion: String? { contents.resourceVersion }

    /// Whether a whole list had been seen.
    public var isSynced: Bool { contents.isSynced }
}
