import Compatibility
import GraftAPI
import KubeCore
import Rollout
import Synchronization

/// What the engine knows of the hosts of each deployment, kept from reconcile to reconcile. Only one reconcile of a deployment runs at a time.
final class FleetCache: Sendable {
    /// What it was made for: with another one all hosts are looked at again.
    struct Recipe: Hashable {
        var uid: String?
        var hostClass: String
        var slot: String
        var selector: LabelSelector
        /// Labels of hosts that an order goes by.
        var labels: Set<String> = []
        /// Whether it is looked at what runs in hosts' other slots.
        var areNeedsThere = false
    }

    /// A revision that hosts may be asked to run, and what it needs of them.
    struct Judged: Sendable {
        var uid: String?
        var descriptor: ModuleDescriptor
    }

    /// What was kept, and how far it is.
    struct Entry: Sendable {
        var recipe: Recipe
        /// Revisions that hosts were judged for, by name.
        var judged: [String: Judged]
        /// What was found of revisions in hosts' other slots.
        var neighbours: [ObjectKey: Judged?] = [:]
        /// In the journal of the class.
        var position: Int
        /// Nil while a reconcile has them.
        var hosts: FleetIndex?
    }

    fileprivate struct State {
        var entries: [ObjectKey: Entry] = [:]
        /// How many have something of a class.
        var readers: [String: Int] = [:]
    }

    private let state = Mutex(State())
    /// What is at rest is kept for larger classes alone: hosts of a small one are looked at anew in less than a millisecond, and what is kept
    /// of one host takes seven kilobytes.
    static let smallClass = 128

    /// Takes out what was kept for a deployment; nil when that is nothing, or of no use.
    func take(_ deployment: ObjectKey, _ recipe: Recipe, judging needed: [String: Judged]) -> Entry? {
        state.withLock { state in
            guard let entry = state.entries[deployment], entry.recipe == recipe, entry.hosts != nil,
                needed.allSatisfy({ name, judged in entry.judged[name].map { $0.uid == judged.uid } ?? false })
            else { return nil }
            // Nobody else holds them: they are changed where they are.
            state.entries[deployment]?.hosts = nil
            return entry
        }
    }

    /// Says how far a reconcile is with what it took, or made anew.
    func begin(_ entry: Entry, of deployment: ObjectKey) {
        var entry = entry
        entry.hosts = nil
        state.withLock { state in
            _ = state.remove(deployment)
            state.readers[entry.recipe.hostClass, default: 0] += 1
            state.entries[deployment] = entry
        }
    }

    /// Keeps what a reconcile made of it. What is not given back is made anew.
    func keep(_ hosts: FleetIndex?, of deployment: ObjectKey) { state.withLock { $0.entries[deployment]?.hosts = hosts } }

    /// - Returns: the class of its hosts, when no other deployment has something of that.
    func forget(_ deployment: ObjectKey) -> String? { state.withLock { $0.remove(deployment) } }
}

extension FleetCache.State {
    fileprivate mutating func remove(_ deployment: ObjectKey) -> String? {
        guard let hostClass = entries.removeValue(forKey: deployment)?.recipe.hostClass else { return nil }
        let left = (readers[hostClass] ?? 1) - 1
        readers[hostClass] = left > 0 ? left : nil
        return left > 0 ? nil : hostClass
    }
}
