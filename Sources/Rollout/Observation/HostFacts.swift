package import GraftAPI
package import KubeCore

/// What is known of one host.
package struct HostFacts: Sendable, Hashable {
    package var name: String
    /// Empty when it has none.
    package var zone: String
    /// Its agent's Lease is being renewed.
    package var isReady: Bool
    /// When a sign of life was last seen, by the controller's clock; nil: just now.
    package var lastSeen: Timestamp?
    /// Held by annotation.
    package var isHeld: Bool
    /// Why it can't run a revision, by the revision's name.
    package var incompatibilities: [String: String]
    /// What it lacks beside a revision, or would lose by it, by the revision's name: it is not asked before that is otherwise.
    package var unmetNeeds: [String: String] = [:]
    /// Another deployment whose module is in the slot: `namespace/name`.
    package var claimedBy: String?
    /// The slot, when it is this deployment's.
    package var slot: SlotStatus?
    /// Of all slots of the host, this one was activated last: a death is blamed on it.
    package var isLastActivated: Bool
    /// It can have two versions side by side, and divide calls between them.
    package var canRoute: Bool
    /// Its agent can stage ahead of its turn.
    package var canStageAhead = true
    /// Its agent can have it load anew what it runs.
    package var canRestart = true
    /// Those of its labels that an order goes by; none where its agent does not know of orders.
    package var labels: [String: String] = [:]

    package init(
        name: String, zone: String = "", isReady: Bool = true, lastSeen: Timestamp? = nil, isHeld: Bool = false,
        incompatibilities: [String: String] = [:], claimedBy: String? = nil, slot: SlotStatus? = nil, isLastActivated: Bool = true,
        canRoute: Bool = true
    ) {
        self.name = name
        self.zone = zone
        self.isReady = isReady
        self.lastSeen = lastSeen
        self.isHeld = isHeld
        self.incompatibilities = incompatibilities
        self.claimedBy = claimedBy
        self.slot = slot
        self.isLastActivated = isLastActivated
        self.canRoute = canRoute
    }
}
