import GraftAPI
import KubeCore

/// One slot, one owner: of two deployments that claim a slot on overlapping hosts, the younger one waits.
enum SlotClaims {
    /// Says which older deployment has the slot, and where; nil when there is none.
    /// - Parameter isClaimant: whether a deployment may have a slot at all: one that nothing lets deliver there keeps nobody from it.
    static func conflict(
        of deployment: ModuleDeployment, among others: [ModuleDeployment], hosts: [ModuleHost], isClaimant: (ModuleDeployment) -> Bool
    ) -> String? {
        for other in others.sorted(by: isOlder)
        where other.spec.slot == deployment.spec.slot && other.metadata.uid != deployment.metadata.uid && isOlder(other, deployment) {
            let shared = hosts.first {
                deployment.spec.selector.matches($0.metadata.labels) && other.spec.selector.matches($0.metadata.labels)
            }
            if let shared, isClaimant(other) {
                return
                    "spec.slot: \(deployment.spec.slot) on host \(shared.metadata.name) belongs to the older ModuleDeployment \(other.key); "
                    + "choose another slot, or selectors that share no host."
            }
        }
        return nil
    }

    static func isOlder(_ left: ModuleDeployment, _ right: ModuleDeployment) -> Bool {
        let (leftTime, rightTime) = (left.metadata.creationTimestamp ?? .distantPast, right.metadata.creationTimestamp ?? .distantPast)
        return leftTime == rightTime ? left.key < right.key : leftTime < rightTime
    }
}
