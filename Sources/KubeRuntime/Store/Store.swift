public import KubeCore
import Synchronization

/// The objects of one kind as a watch has shown them last. Many read, synchronously; one `StoreWriter` writes.
///
/// Each call sees one state, never half a list; `snapshot()` gives one state to several calls.
public final class Store<Object: Resource>: Sendable {
    struct State {
        var contents: StoreContents<Object>
        var subscribers: [UInt64: Subscriber<Object>] = [:]
        var lastSubscriber: UInt64 = 0
    }

    let state: Mutex<State>
    let synced = Signal()

    init(indices: [StoreIndex<Object>]) {
        var all: [StoreIndex<Object>] = [.namespace]
        for index in indices where !all.contains(where: { $0.name == index.name }) { all.append(index) }
        state = Mutex(State(contents: StoreContents(indices: all)))
    }

    /// One object; nil when there is none.
    public func get(_ key: ObjectKey) -> Object? { state.withLock { $0.contents.objects[key]?.object } }

    /// Everything, in no order.
    public func all() -> [Object] { state.withLock { $0.contents.objects.values.map(\.object) } }

    /// Of everything, in no order.
    public var keys: [ObjectKey] { state.withLock { Array($0.contents.objects.keys) } }

    /// How many objects there are.
    public var count: Int { state.withLock { $0.contents.objects.count } }

    /// Those of one namespace, in no order.
    public func objects(in namespace: String) -> [Object] { objects(.namespace, namespace) }

    /// Those that an index finds by a value, in no order. The index must have been given to the reflector or the writer; one
    /// that was not finds nothing.
    public func objects(_ index: StoreIndex<Object>, _ value: String) -> [Object] {
        state.withLock { $0.contents.objects(index.name, value) }
    }

    /// How many objects an index finds by a value.
    public func count(_ index: StoreIndex<Object>, _ value: String) -> Int { state.withLock { $0.contents.count(index.name, value) } }

    /// The values of an index that more than `count` objects share, in no order. Looks at all values, unless the index was made for a crowd of
    /// as many, or fewer.
    public func values(of index: StoreIndex<Object>, sharedByMoreThan count: Int) -> [String] {
        state.withLock { $0.contents.values(index.name, sharedByMoreThan: count) }
    }

    /// All that the store holds now, for looking more than once at the same state.
    public func snapshot() -> StoreSnapshot<Object> { StoreSnapshot(contents: state.withLock { $0.contents }) }

    /// Whether a whole list has been seen.
    public var isSynced: Bool { synced.isFired }

    /// Returns once a whole list has been seen.
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws { try await synced.wait() }

    /// Up to which everything has been seen: the version of the newest event, bookmark or list.
    public var resourceVersion: String? { state.withLock { $0.contents.resourceVersion } }

    /// Has every change handed to `handle`, after the store holds it, one after another, in the order in which the store changed. First
    /// comes what is there already, as `.added` and `isInitial`. `handle` must be quick: the watch waits for it.
    @discardableResult
    public func subscribe(_ handle: @escaping @Sendable (Change<Object>) -> Void) -> Subscription {
        let subscriber = Subscriber(handle)
        let id = state.withLock { state in
            state.lastSubscriber += 1
            state.subscribers[state.lastSubscriber] = subscriber
            subscriber.enqueue(state.contents.objects.map { Change(key: $0, from: nil, to: $1, isInitial: true) })
            return state.lastSubscriber
        }
        subscriber.tell()
        return Subscription { [weak self] in
            self?.state.withLock { _ = $0.subscribers.removeValue(forKey: id) }
            subscriber.cancel()
        }
    }
}

/// Ends a subscription. It does not end by itself.
public struct Subscription: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    /// No call begins after this; one that another thread is at may still end.
    public func cancel() { end() }
}
