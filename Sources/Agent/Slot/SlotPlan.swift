package import GraftAPI
import KubeCore

/// A plan as one host sees it: what it asks of this host, and nothing of the others.
package struct SlotPlan: Sendable, Hashable {
    package var owner: SlotOwner
    package var action: ModulePlanSpec.Action
    package var rollout: String
    package var requires: [String]
    /// What this host is to run; nil: nothing is asked of it.
    package var target: RevisionReference?
    /// By which rule the target has a part of the calls; nil: it has all.
    package var rule: DividingRule?
    /// What has the others then; nil: whatever is active.
    package var beneath: RevisionReference?
    /// The target is the newer of two versions. Going back asks for nothing that is needed beside it.
    package var isForward = false
    /// What is to be kept beside it, to go back to.
    package var previous: RevisionReference?
    /// What this host is to judge and stage ahead of its turn.
    package var ahead: RevisionReference?
    /// The restart that what this host runs is to be loaded anew for, once; nil: none, or not yet.
    package var restart: Instant?
    /// Everything the plan names: none of it is thrown away.
    package var named: [RevisionReference]
    /// This host's place in the rollout, from 0 up to 1.
    package var place: Double
    /// The older of two plans takes a free slot.
    package var created: Int64

    package init(
        owner: SlotOwner, action: ModulePlanSpec.Action = .run, rollout: String, requires: [String] = [], target: RevisionReference?,
        previous: RevisionReference? = nil, ahead: RevisionReference? = nil, named: [RevisionReference] = [], place: Double = 0,
        created: Int64 = 0
    ) {
        self.owner = owner
        self.action = action
        self.rollout = rollout
        self.requires = requires
        self.target = target
        self.previous = previous
        self.ahead = ahead
        self.named = named
        self.place = place
        self.created = created
    }

    /// What `plan` asks of a host; nil when its class or labels are not meant.
    /// - Parameter zone: nil while it is not known: then a plan that goes by zones asks nothing yet.
    package init?(_ plan: ModulePlan, host: String, hostClass: String, zone: String?, labels: [String: String]) {
        let spec = plan.spec
        guard spec.hostClass == hostClass, spec.selector.matches(labels) else { return nil }
        guard zone != nil || spec.cutoffs.allSatisfy(\.zone.isEmpty) else { return nil }
        let target = spec.revision(forHost: host, zone: zone ?? "", labels: labels)
        let isCanary = target != nil && target == spec.canary
        self.init(
            owner: SlotOwner(namespace: plan.metadata.namespace ?? "", name: plan.metadata.name, planUID: plan.metadata.uid ?? ""),
            action: spec.action, rollout: spec.rollout,
            // Who has all calls for the stable version needs nothing to divide them.
            requires: isCanary ? spec.requires : spec.requires.filter { $0 != GraftAPI.routingFeature }, target: target,
            previous: spec.previous, ahead: spec.stageAhead ?? false && spec.canary != target ? spec.canary : nil,
            named: [spec.stable, spec.canary, spec.previous].compactMap { $0 },
            place: Double(Rank(salt: spec.salt, host: host).value) / Double(Rank.end.value),
            created: plan.metadata.creationTimestamp?.microseconds ?? 0)
        restart = target == nil ? nil : spec.restart(ofHost: host, zone: zone ?? "", labels: labels)
        isForward = isCanary && spec.stable != nil && spec.stable != spec.canary
        guard isCanary, let traffic = spec.traffic else { return }
        rule = DividingRule(salt: spec.salt, rule: traffic)
        beneath = spec.stable
    }
}

extension SlotPlan {
    /// Whether `owner` means the plan of the same name, created anew or not.
    func isOf(_ owner: SlotOwner) -> Bool { self.owner.namespace == owner.namespace && self.owner.name == owner.name }

    /// The plan a slot obeys: its owner's, as long as it has one; else the oldest. One slot, one owner: who comes second waits
    /// until the slot is released, whatever the order in which a watch shows them.
    static func choose(from plans: [SlotPlan], owner: SlotOwner?) -> SlotPlan? {
        if let owner { return plans.first { $0.isOf(owner) } }
        return plans.min {
            ($0.created, $0.owner.namespace, $0.owner.name) < ($1.created, $1.owner.namespace, $1.owner.name)
        }
    }
}
