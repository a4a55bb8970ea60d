import GraftAPI
import KubeCore
import KubeRuntime
import Synchronization

/// A node counts for so many hosts at most: whoever has one agent's credentials can't outnumber the others by registering more.
final class HostLimit: Sendable {
    /// Hosts of one node that are counted: the oldest, then those first by name, so that a newcomer never takes an older one's place.
    static let perNode = 16

    private let told = Mutex<Set<ObjectKey>>([])

    /// The hosts of nodes that have too many, that are not counted.
    static func uncounted(in store: Store<ModuleHost>) -> [ModuleHost] {
        store.values(of: Stores.hostNode, sharedByMoreThan: perNode).flatMap { node in
            store.objects(Stores.hostNode, node).sorted(by: isOlder).dropFirst(perNode)
        }
    }

    /// The host that has moved up to the last counted place of its node, now that another is gone.
    static func newlyCounted(without gone: ModuleHost, in store: Store<ModuleHost>) -> [ModuleHost] {
        let left = store.objects(Stores.hostNode, gone.spec.nodeName)
        return left.count < perNode ? [] : [left.sorted(by: isOlder)[perNode - 1]]
    }

    private static func isOlder(_ left: ModuleHost, _ right: ModuleHost) -> Bool {
        let (leftTime, rightTime) = (left.metadata.creationTimestamp ?? .distantPast, right.metadata.creationTimestamp ?? .distantPast)
        return leftTime == rightTime ? left.metadata.name < right.metadata.name : leftTime < rightTime
    }

    /// Those of `uncounted` that nobody was told of yet. What is counted by now is told of again, should it come to that.
    func untold(of uncounted: [ModuleHost]) -> [ModuleHost] {
        told.withLock { told in
            let new = uncounted.filter { !told.contains($0.key) }
            told = Set(uncounted.map(\.key))
            return new
        }
    }
}
