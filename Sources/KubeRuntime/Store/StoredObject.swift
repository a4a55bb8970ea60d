import KubeCore

/// An object in a store, or on its way into it. A box: tables, lists and changes move a pointer rather than a struct of many strings, and a list
/// that is adopted is never there twice. One is equal to itself alone.
final class StoredObject<Object: KubeObject>: Sendable, Hashable {
    let object: Object

    init(_ object: consuming Object) { self.object = object }

    static func == (left: StoredObject, right: StoredObject) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
