/// Everything the store knows: the objects of each resource, their latest changes, and who watches them.
struct StoreState {
    struct ResourceState {
        var objects = ObjectCollection()
        var history = ChangeHistory()
        var watchers = WatcherTable()
    }

    /// A mutation that waits for its turn, and who waits for it. The one whose turn it is to commit waits no more.
    struct Pending {
        let id: UInt64
        let mutation: Mutation
        var waiter: CheckedContinuation<Turn, Never>?
    }

    /// What one who waits is woken with.
    enum Turn: Sendable {
        case done(CommitOutcome)
        /// Nobody commits now: do it for all who wait.
        case lead
    }

    /// The version of the last write.
    var version: Int64 = 0
    var resources: [GroupResource: ResourceState] = [:]
    var ownership = OwnershipIndex()
    var pending: [Pending] = []
    var isCommitting = false
    /// Whether watches end as soon as they begin.
    var isClosing = false
    private var nextID: UInt64 = 0

    mutating func makeID() -> UInt64 {
        nextID += 1
        return nextID
    }

    func object(_ resource: GroupResource, _ path: String) -> StoredObject? { resources[resource]?.objects[path] }

    /// Makes a change visible: to readers, to the history and to watchers.
    mutating func publish(_ change: Change) {
        version = change.version
        let object = change.object
        apply(change)
        resources[object.resource]?.watchers.offer(change)
    }

    /// Makes a change without telling watchers.
    mutating func apply(_ change: Change) {
        let object = change.object
        ownership.record(change)
        withResource(object.resource) { state in
            if change.kind == .deleted { state.objects.remove(object.path) } else { state.objects.put(object) }
            state.history.append(change)
        }
    }

    mutating func withResource<Result>(_ resource: GroupResource, _ body: (inout ResourceState) -> Result) -> Result {
        body(&resources[resource, default: ResourceState()])
    }
}
