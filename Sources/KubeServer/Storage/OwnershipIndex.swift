import KubeCore
import Synchronization

/// Where an object is.
struct ObjectPlace: Sendable, Hashable {
    var resource: GroupResource
    var key: ObjectKey
}

/// Which object has which uid, and which objects name it as an owner.
struct OwnershipIndex {
    private(set) var places: [String: ObjectPlace] = [:]
    private(set) var dependents: [String: Set<ObjectPlace>] = [:]

    mutating func record(_ change: Change) {
        let object = change.object
        let place = ObjectPlace(resource: object.resource, key: object.key)
        for owner in change.previous?.owners ?? [] {
            dependents[owner]?.remove(place)
            if dependents[owner]?.isEmpty ?? false { dependents[owner] = nil }
        }
        if change.kind == .deleted {
            places[object.uid] = nil
        } else {
            places[object.uid] = place
            for owner in object.owners { dependents[owner, default: []].insert(place) }
        }
    }
}

extension ObjectStore {
    func object(at place: ObjectPlace) -> StoredObject? { get(place.resource, place.key) }

    /// The object with a uid, wherever it is.
    func object(uid: String) -> StoredObject? {
        state.withLock { state in state.ownership.places[uid].flatMap { state.object($0.resource, $0.key.description) } }
    }

    /// The objects that name this uid as an owner, in the order of their places.
    func dependents(of uid: String) -> [StoredObject] {
        state.withLock { state in
            (state.ownership.dependents[uid] ?? []).compactMap { state.object($0.resource, $0.key.description) }
        }.sorted { ($0.resource.description, $0.path) < ($1.resource.description, $1.path) }
    }
}
