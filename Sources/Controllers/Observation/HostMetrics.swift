import GraftAPI
import KubeCore
import KubeRuntime
import Synchronization

/// How many hosts there are of each class, and where their slots are. A host's series end with it, a class's with its last host.
///
/// Counts are kept up, not counted anew: a change of one host costs the same in a fleet of any size.
final class HostMetrics: Sendable {
    private struct Place: Hashable {
        var hostClass: String
        var isReady: Bool
    }

    /// A function in a struct: one that is itself what a generic type holds is wrapped anew at each inout access.
    private struct Readiness {
        var isReady: @Sendable (_ node: String) -> Bool
    }

    private struct State {
        var places: [ObjectKey: Place] = [:]
        var counts: [Place: Int] = [:]
        var readiness: Readiness?
    }

    private let state = Mutex(State())
    private let classes = ObjectMetrics<String>()

    /// From whom to know whether a node's agent is alive; until then none is.
    func connect(_ isReady: @escaping @Sendable (_ node: String) -> Bool) { state.withLock { $0.readiness = Readiness(isReady: isReady) } }

    func follow(_ store: Store<ModuleHost>) -> [Subscription] {
        [store.subscribe { change in self.place(change.key, in: store) }, store.show([Self.slotStates])]
    }

    private static let slotStates = ObjectGauge<ModuleHost>(ControllerMetricNames.slotState) { host in
        host.status.slots.map { slot in
            let state = slot.target?.state ?? (slot.active == nil ? .empty : .active)
            return ([("host", host.key.name), ("slot", slot.name), ("state", state.rawValue)], 1)
        }
    }

    /// The agent of a host's node came or went, or the host itself did.
    func place(_ key: ObjectKey, in store: Store<ModuleHost>) {
        state.withLock { state in
            let host = store.get(key)
            let place = host.map {
                Place(hostClass: $0.spec.hostClass, isReady: state.readiness?.isReady($0.spec.nodeName) ?? false)
            }
            let old = state.places[key]
            guard place != old else { return }
            state.places[key] = place
            if let old { state.counts[old, default: 0] -= 1 }
            if let place { state.counts[place, default: 0] += 1 }
            for hostClass in Set([old, place].compactMap { $0?.hostClass }) { publish(hostClass, &state) }
        }
    }

    /// Another leader counts from now on.
    func end() { classes.endAll() }

    private func publish(_ hostClass: String, _ state: inout State) {
        let ready = state.counts[Place(hostClass: hostClass, isReady: true)] ?? 0
        let away = state.counts[Place(hostClass: hostClass, isReady: false)] ?? 0
        guard ready + away > 0 else {
            for isReady in [true, false] { state.counts[Place(hostClass: hostClass, isReady: isReady)] = nil }
            return classes.end(hostClass)
        }
        classes.begin(hostClass)
        classes.set(
            ControllerMetricNames.hosts, of: hostClass,
            to: [
                ([("class", hostClass), ("state", "ready")], Double(ready)),
                ([("class", hostClass), ("state", "not_ready")], Double(away)),
            ])
    }
}
