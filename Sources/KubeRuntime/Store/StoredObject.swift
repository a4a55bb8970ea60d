import KubeCore

/// An object in a store, or on its way into it. A box: tables, lists and changes move a pointer rather than a struct of many strings, and a list
/// that is adopted is never there twice.
final class StoredObject<Object: KubeObject>: Sendable {
    let object: Object

    init(_ object: consuming Object) { self.object = object }
}
