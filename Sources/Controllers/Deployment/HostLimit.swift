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

    /// Whether a host is among those of its node that are counted.
    static func isCounted(_ host: ModuleHost, in store: Store<ModuleHost>) -> Bool {
        let all = store.objects(Stores.hostNode, host.spec.nodeName)
        return all.count <= perNode || all.sorted(by: isOlder).prefix(perNode).contains { $0.key == host.key }
    }

    /// Hosts that may count no longer, now that one more is on their node.
    static func crowd(of newcomer: ModuleHost, in store: Store<ModuleHost>) -> [ModuleHost] {
        let all = store.objects(Stores.hostNode, newcomer.spec.nodeName)
        return all.count > perNode ? all : []
    }

    private static func isOlder(_ left: ModuleHost, _ right: ModuleHost) -> Bool {
        let (leftTime, rightTime) = (left.metadata.creationTimestamp ?? .distantPast, right.metadata.creationTimestamp ?? .distantPast)
        return leftTime == rightTime ? left.metadata.name < right.metadata.name : leftTime < rightTime
    }

    /// Whether somebody must be told of one host: it is not counted, and nobody was told yet.
    func isNews(of host: ModuleHost, isCounted: Bool) -> Bool {
        told.withLock { told in
            if isCounted { told.remove(host.key) }
            return isCounted ? false : told.insert(host.key).inserted
        }
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
