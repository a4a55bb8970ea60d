import GraftAPI
import KubeCore
import OCI

/// One slot, one owner: of two deployments that claim a slot on overlapping hosts, the younger one waits.
enum SlotClaims {
    /// Says which older deployment has the slot, and where; nil when there is none.
    /// - Parameters:
    ///   - hosts: all of the class; asked only where a selector alone does not tell that no host is shared.
    ///   - isClaimant: whether a deployment may have a slot at all: one that nothing lets deliver there keeps nobody from it.
    static func conflict(
        of deployment: ModuleDeployment, among others: [ModuleDeployment], hosts: () -> [ModuleHost], isClaimant: (ModuleDeployment) -> Bool
    ) -> String? {
        let older = others.filter { other in
            other.spec.slot == deployment.spec.slot && other.metadata.uid != deployment.metadata.uid && isOlder(other, deployment)
                && !areDisjoint(other.spec.selector, deployment.spec.selector)
        }
        guard !older.isEmpty else { return nil }
        let hosts = hosts().filter { deployment.spec.selector.matches($0.metadata.labels) }
        for other in older.sorted(by: isOlder) {
            // The same one each time, whatever the order.
            let shared = hosts.lazy.filter { other.spec.selector.matches($0.metadata.labels) }.min { $0.metadata.name < $1.metadata.name }
            if let shared, isClaimant(other) {
                return
                    "spec.slot: \(deployment.spec.slot) on host \(shared.metadata.name) belongs to the older ModuleDeployment \(other.key); "
                    + "choose another slot, or selectors that share no host."
            }
        }
        return nil
    }

    /// What of a deployment decides who gets a slot: others look at nothing else of it, however often its strategy or version change.
    private struct Claim: Hashable {
        var uid: String?
        var hostClass: String
        var slot: String
        var selector: LabelSelector
        /// Whether policies let it deliver there at all turns on this.
        var repository: String

        init(_ deployment: ModuleDeployment) {
            uid = deployment.metadata.uid
            (hostClass, slot, selector) = (deployment.spec.hostClass, deployment.spec.slot, deployment.spec.selector)
            repository = (try? Reference(parsing: deployment.spec.module).canonicalName) ?? deployment.spec.module
        }
    }

    /// Whether others may gain or lose a slot when a deployment comes, changes or goes.
    static func haveDifferentClaims(_ old: ModuleDeployment?, _ new: ModuleDeployment?) -> Bool {
        old.map(Claim.init) != new.map(Claim.init)
    }

    /// Whether two selectors can't match one host: they want a label to have two values. Said of selectors alone; others may share no host either.
    static func areDisjoint(_ one: LabelSelector, _ other: LabelSelector) -> Bool {
        one.matchLabels.contains { key, value in other.matchLabels[key].map { $0 != value } ?? false }
    }

    static func isOlder(_ left: ModuleDeployment, _ right: ModuleDeployment) -> Bool {
        let (leftTime, rightTime) = (left.metadata.creationTimestamp ?? .distantPast, right.metadata.creationTimestamp ?? .distantPast)
        return leftTime == rightTime ? left.key < right.key : leftTime < rightTime
    }
}
