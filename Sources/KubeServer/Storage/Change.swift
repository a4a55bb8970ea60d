/// One committed write: an object as it became, and as it was.
struct Change: Sendable {
    enum Kind: Sendable { case created, updated, deleted }

    let kind: Kind
    /// After a deletion the object's last state, with the version of the deletion.
    let object: StoredObject
    let previous: StoredObject?

    var version: Int64 { object.version }
}
