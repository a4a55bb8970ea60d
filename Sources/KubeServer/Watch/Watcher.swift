import KubeCore
import Synchronization

/// One watch: a bounded queue between who writes and who is told.
final class Watcher: Sendable {
    /// What is told.
    enum Item: Sendable {
        case added(StoredObject)
        case modified(StoredObject)
        /// The object's last state that was told of, at the version of the change that took it out of sight.
        case deleted(StoredObject, version: Int64)
        /// Everything up to this version has been told.
        case bookmark(version: Int64, endsInitialEvents: Bool)
    }

    private struct State {
        var queue: ArraySlice<Item>
        var hasEnded = false
        var consumer: CheckedContinuation<Item?, Never>?
    }

    let id: UInt64
    let resource: GroupResource
    let filter: WatchFilter
    let wantsBookmarks: Bool
    /// When the server ends it; nil never.
    let deadline: Timestamp?
    /// Items that may wait, beyond those the watch began with.
    private let limit: Int
    private let state: Mutex<State>

    init(
        id: UInt64, resource: GroupResource, filter: WatchFilter, wantsBookmarks: Bool, deadline: Timestamp?, initial: [Item], limit: Int
    ) {
        self.id = id
        self.resource = resource
        self.filter = filter
        self.wantsBookmarks = wantsBookmarks
        self.deadline = deadline
        self.limit = limit + initial.count
        state = Mutex(State(queue: initial[...]))
    }

    /// The next item; nil when the watch has ended or the task is cancelled. One consumer at a time.
    func next() async -> Item? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { consumer in
                let ready: Item?? = state.withLock { state in
                    if let item = state.queue.popFirst() { return .some(item) }
                    if state.hasEnded || Task.isCancelled { return .some(nil) }
                    state.consumer = consumer
                    return nil
                }
                if let ready { consumer.resume(returning: ready) }
            }
        } onCancel: {
            let consumer = state.withLock { state in
                state.hasEnded = true
                state.queue = []
                return state.consumer.take()
            }
            consumer?.resume(returning: nil)
        }
    }

    /// What is queued already, at most so many items; does not wait. For the consumer.
    func more(_ limit: Int) -> ArraySlice<Item> {
        state.withLock { state in
            let items = state.queue.prefix(limit)
            state.queue.removeFirst(items.count)
            return items
        }
    }

    /// Tells of a change, as far as the filter lets it be seen.
    func offer(_ change: Change) {
        if let item = Self.item(for: change, through: filter) { enqueue(item) }
    }

    func bookmark(_ version: Int64) {
        if wantsBookmarks { enqueue(.bookmark(version: version, endsInitialEvents: false)) }
    }

    /// Ends the watch after what is queued.
    func end() {
        let consumer = state.withLock { state in
            state.hasEnded = true
            return state.consumer.take()
        }
        consumer?.resume(returning: nil)
    }

    /// A consumer that lags behind by more than the limit loses its watch: what is queued is told, then it has to come back.
    private func enqueue(_ item: Item) {
        let consumer = state.withLock { state -> CheckedContinuation<Item?, Never>? in
            guard !state.hasEnded else { return nil }
            if let consumer = state.consumer.take() { return consumer }
            if state.queue.count >= limit { state.hasEnded = true } else { state.queue.append(item) }
            return nil
        }
        consumer?.resume(returning: item)
    }

    /// How a change looks through a filter: an object that begins to match is added, one that ceases to is deleted.
    static func item(for change: Change, through filter: WatchFilter) -> Item? {
        let sawBefore = change.previous.map(filter.matches) ?? false
        let seesNow = change.kind != .deleted && filter.matches(change.object)
        switch (sawBefore, seesNow) {
        case (false, false): return nil
        case (false, true): return .added(change.object)
        case (true, true): return .modified(change.object)
        case (true, false):
            // A deletion tells the last state; a change that ends the match tells the state that matched.
            return .deleted(change.kind == .deleted ? change.object : change.previous ?? change.object, version: change.version)
        }
    }
}
