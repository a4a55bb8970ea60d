import KubeCore
import Synchronization

extension ObjectStore {
    /// Where a watch begins.
    enum WatchStart {
        /// With the objects that are there, as added; then what changes. The bookmark that ends them is told when asked for.
        case state(endBookmark: Bool)
        /// With what changes from now on.
        case now
        /// With what changed after a version.
        case version(Int64)
    }

    /// Begins a watch; nothing is missed between the start and what follows.
    /// - Parameter queueLimit: items that may wait for a slow consumer.
    func watch(
        _ resource: GroupResource, _ filter: WatchFilter, from start: WatchStart, bookmarks: Bool, deadline: Timestamp? = nil,
        queueLimit: Int
    ) throws(SnapshotError) -> Watcher {
        let result: Result<Watcher, SnapshotError> = state.withLock { state in
            let known = state.resources[resource]
            var initial: [Watcher.Item] = []
            switch start {
            case .now: break
            case .state(let endBookmark):
                let objects = known?.objects.sorted.inNamespace(filter.namespace) ?? []
                initial = objects.filter(filter.matches).map(Watcher.Item.added)
                if endBookmark { initial.append(.bookmark(version: state.version, endsInitialEvents: true)) }
            case .version(let version):
                guard version <= state.version else { return .failure(.tooNew(current: state.version)) }
                guard let changes = known.map({ $0.history.changes(after: version) }) ?? [] else {
                    return .failure(.tooOld(current: state.version))
                }
                initial = changes.compactMap { Watcher.item(for: $0, through: filter) }
            }
            let watcher = Watcher(
                id: state.makeID(), resource: resource, filter: filter, wantsBookmarks: bookmarks, deadline: deadline,
                initial: initial, limit: queueLimit)
            if state.isClosing { watcher.end() }
            state.withResource(resource) { $0.watchers.add(watcher) }
            return .success(watcher)
        }
        return try result.get()
    }

    func stop(_ watcher: Watcher) {
        state.withLock { state in state.withResource(watcher.resource) { $0.watchers.remove(watcher) } }
    }

    /// Tells every watcher that asks for it that it knows everything up to now.
    func sendBookmarks() {
        state.withLock { state in
            for resource in state.resources.values {
                for watcher in resource.watchers.all { watcher.bookmark(state.version) }
            }
        }
    }

    /// Ends a watch; one that asks for bookmarks is told first up to where it got.
    func expire(_ watcher: Watcher) {
        state.withLock { watcher.bookmark($0.version) }
        watcher.end()
        stop(watcher)
    }

    /// Ends the watches whose time is over.
    func expireWatches(at now: Timestamp) {
        let overdue = state.withLock { state in
            state.resources.values.flatMap { $0.watchers.all.filter { $0.deadline.map { $0 <= now } ?? false } }
        }
        for watcher in overdue { expire(watcher) }
    }

    /// Ends every watch, and those that begin from now on, as before a shutdown.
    func endWatches() {
        state.withLock { state in
            state.isClosing = true
            for resource in state.resources.values {
                for watcher in resource.watchers.all { watcher.end() }
            }
        }
    }

    var watcherCount: Int { state.withLock { $0.resources.values.reduce(0) { $0 + $1.watchers.count } } }
}
