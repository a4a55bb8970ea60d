import JSON
import KubeCore

/// A write that is decided: it takes place if the object is still the one it was decided on.
struct Mutation: Sendable {
    enum Effect: Sendable {
        /// The object as it shall be, less its resource version.
        case put(JSON)
        /// The object's last state, less its resource version.
        case remove(JSON)
    }

    var resource: GroupResource
    var key: ObjectKey
    /// What was read; nil when there was no such object.
    var expected: StoredObject?
    var effect: Effect
    /// A namespace that must be there and not be going when the write takes place.
    var namespace: String?
}

/// What became of a mutation.
enum CommitOutcome: Sendable {
    case committed(StoredObject)
    /// The object or its namespace is not any more what it was decided on: read again, decide again.
    case outdated
    /// The disk refused.
    case failed(String)
}
