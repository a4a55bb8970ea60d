public import CoreMetrics
public import KubeCore
import Synchronization

/// Metrics that belong to objects, and end with them.
///
/// A series exists only while its object does: what comes for an object that is gone, from a reconcile that was late, changes
/// nothing. Following a store, series end when the store hears that their object is gone, in the same moment.
public final class ObjectMetrics<Owner: Hashable & Sendable>: Sendable {
    private struct Name: Hashable {
        var label: String
        var dimensions: [String]
    }

    private struct Owned {
        var gauges: [Name: Gauge] = [:]
        var counters: [Name: Counter] = [:]

        func destroy() {
            for gauge in gauges.values { gauge.destroy() }
            for counter in counters.values { counter.destroy() }
        }
    }

    private struct State {
        var owners: [Owner: Owned] = [:]
        var isOver = false
    }

    private let state = Mutex(State())
    private let factory: any MetricsFactory

    /// - Parameter factory: by default where the task's metrics go.
    public init(factory: any MetricsFactory = MetricsSystem.factory) { self.factory = factory }

    /// Objects that may have series.
    public var count: Int { state.withLock { $0.owners.count } }

    /// From now on the object may have series.
    public func begin(_ owner: Owner) { state.withLock { if $0.owners[owner] == nil, !$0.isOver { $0.owners[owner] = Owned() } } }

    /// Ends all series of an object that is gone.
    public func end(_ owner: Owner) {
        // Within the lock: a series of the same object, come back meanwhile, must not be ended in its place.
        state.withLock { $0.owners.removeValue(forKey: owner)?.destroy() }
    }

    /// Ends all series of all objects, for good: a change that is just being told begins none anew.
    public func endAll() {
        state.withLock { state in
            for owned in state.owners.values { owned.destroy() }
            state.owners = [:]
            state.isOver = true
        }
    }

    /// Makes the gauges of one name and object exactly these: others of the name, that it had before, end.
    /// - Parameter values: by their labels, which tell the object from others, too.
    public func set(_ label: String, of owner: Owner, to values: [(dimensions: [(String, String)], value: Double)]) {
        state.withLock { state in
            guard state.owners[owner] != nil else { return }
            var kept: Set<Name> = []
            for (dimensions, value) in values {
                let name = Self.name(label, dimensions)
                kept.insert(name)
                if let known = state.owners[owner]?.gauges[name] {
                    known.record(value)
                } else {
                    let gauge = Gauge(label: label, dimensions: dimensions, factory: factory)
                    gauge.record(value)
                    state.owners[owner]?.gauges[name] = gauge
                }
            }
            let old = state.owners[owner]?.gauges.keys.filter { $0.label == label && !kept.contains($0) } ?? []
            for name in old { state.owners[owner]?.gauges.removeValue(forKey: name)?.destroy() }
        }
    }

    /// Counts something that happened to an object.
    public func count(_ label: String, of owner: Owner, _ dimensions: [(String, String)], by amount: Int64 = 1) {
        state.withLock { state in
            guard state.owners[owner] != nil else { return }
            let name = Self.name(label, dimensions)
            let counter = state.owners[owner]?.counters[name] ?? Counter(label: label, dimensions: dimensions, factory: factory)
            state.owners[owner]?.counters[name] = counter
            counter.increment(by: amount)
        }
    }

    private static func name(_ label: String, _ dimensions: [(String, String)]) -> Name {
        Name(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
    }
}

extension ObjectMetrics where Owner == ObjectKey {
    /// Lets objects of a store have series while they are there.
    /// - Parameter update: sets the series of an object that is new or has changed. Must be quick: the watch waits for it.
    /// - Returns: ends the subscription; the series stay until `endAll`.
    public func follow<Object: Resource>(
        _ store: Store<Object>, _ update: @escaping @Sendable (Object, ObjectMetrics<ObjectKey>) -> Void
    ) -> Subscription {
        store.subscribe { change in
            // As the store has it now: changes may come between what was there at the beginning.
            guard let object = store.get(change.key) else { return self.end(change.key) }
            self.begin(change.key)
            update(object, self)
            if store.get(change.key) == nil { self.end(change.key) }
        }
    }
}
