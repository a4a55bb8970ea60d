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

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// Takes out what was kept for a deployment; nil when that is nothing, or of no use.
    func take(_ deployment: ObjectKey, _ recipe: Recipe, judging needed: [String: Judged]) -> Entry? {
        entries.withLock { entries in
            guard let entry = entries[deployment], entry.recipe == recipe, entry.hosts != nil,
                needed.allSatisfy({ name, judged in entry.judged[name].map { $0.uid == judged.uid } ?? false })
            else { return nil }
            // Nobody else holds them: they are changed where they are.
            entries[deployment]?.hosts = nil
            return entry
        }
    }

    /// Says how far a reconcile is with what it took, or made anew.
    func begin(_ entry: Entry, of deployment: ObjectKey) {
        var entry = entry
        entry.hosts = nil
        entries.withLock { $0[deployment] = entry }
    }

    /// Keeps what a reconcile made of it. What is not given back is made anew.
    func keep(_ hosts: FleetIndex?, of deployment: ObjectKey) { entries.withLock { $0[deployment]?.hosts = hosts } }

    /// - Returns: the class of its hosts, when no other deployment has something of that.
    func forget(_ deployment: ObjectKey) -> String? {
        entries.withLock { entries in
            guard let hostClass = entries.removeValue(forKey: deployment)?.recipe.hostClass else { return nil }
            return entries.values.contains { $0.recipe.hostClass == hostClass } ? nil : hostClass
        }
    }
}
