import JSON
import KubeCore
import Synchronization

/// All objects: in memory for readers and watchers, in a `RevisionLog` for the next start.
///
/// One resource version counts all writes, across resources and restarts. A write becomes visible once it is stored, never before.
final class ObjectStore: Sendable {
    let log: any RevisionLog
    /// How many changes of each resource are kept at least; up to twice as many are.
    let historyLimit: Int
    let state: Mutex<StoreState>

    /// Loads what the log holds.
    init(log: any RevisionLog, historyLimit: Int) throws {
        self.log = log
        self.historyLimit = historyLimit
        var state = StoreState()
        let floors = try log.load { revision in
            let previous = state.object(revision.resource, revision.key.description)
            let object = StoredObject(
                resource: revision.resource, key: revision.key, version: revision.version, json: try JSON.parse(revision.bytes),
                bytes: revision.bytes)
            state.apply(
                Change(kind: revision.isDeletion ? .deleted : previous == nil ? .created : .updated, object: object, previous: previous))
            state.version = revision.version
        }
        for (resource, floor) in floors {
            state.version = max(state.version, floor)
            state.withResource(resource) { $0.history.settle(at: floor) }
        }
        self.state = Mutex(state)
    }

    /// The version of the last write.
    var version: Int64 { state.withLock { $0.version } }

    func get(_ resource: GroupResource, _ key: ObjectKey) -> StoredObject? {
        state.withLock { $0.object(resource, key.description) }
    }

    /// The objects of a resource now, in the order of their paths.
    func all(_ resource: GroupResource, namespace: String? = nil) -> ArraySlice<StoredObject> {
        state.withLock { $0.resources[resource]?.objects.sorted.inNamespace(namespace) ?? [] }
    }

    func count(_ resource: GroupResource) -> Int { state.withLock { $0.resources[resource]?.objects.count ?? 0 } }

    /// The resources that have objects.
    var resources: [GroupResource] { state.withLock { $0.resources.filter { $0.value.objects.count > 0 }.map(\.key) } }
}

extension ChangeHistory {
    /// After loading: what lies at or below the floor was kept as the objects' state, not as changes.
    mutating func settle(at floor: Int64) {
        _ = forget(changes.prefix { $0.version <= floor }.count)
        self = ChangeHistory(floor: floor, changes: changes)
    }
}
