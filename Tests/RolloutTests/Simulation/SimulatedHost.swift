import GraftAPI
import KubeCore

@testable import Rollout

/// What a version does on a host.
enum Behaviour: Hashable {
    case works
    /// Its probe never answers; the host goes back.
    case failsProbe
    /// Its artifact can't be fetched.
    case cannotBeFetched
    /// Its probe hangs for ever.
    case hangs
    /// The host dies a moment after it was activated.
    case kills
}

/// A host that obeys plans as an agent does, one transition at a time.
struct SimulatedHost {
    var name: String
    var zone = ""
    var isReady = true
    var isHeld = false
    /// Its agent does as it likes, a hold or not.
    var isDefiant = false
    var incompatibleWith: Set<String> = []
    /// What it lacks beside a revision, by the revision's name.
    var unmetNeeds: [String: String] = [:]
    var lastSeen: Timestamp?
    var slot: SlotStatus?
    var behaviour: [String: Behaviour] = [:]
    /// What it says when a version fails its probe.
    var complaint = "it answered nothing"
    private var rejected: (rollout: String, revision: String, reverted: Bool)?

    init(_ name: String, zone: String = "") {
        self.name = name
        self.zone = zone
    }

    var active: String? { slot?.active?.revision }

    var facts: HostFacts {
        var facts = HostFacts(
            name: name, zone: zone, isReady: isReady, lastSeen: isReady ? nil : lastSeen, isHeld: isHeld,
            incompatibilities: Dictionary(uniqueKeysWithValues: incompatibleWith.map { ($0, "needs more than it has") }), slot: slot)
        facts.unmetNeeds = unmetNeeds
        return facts
    }

    /// One transition, if one is due.
    mutating func act(on plan: PlanFacts?, quarantined: Set<String>, namespace: String, deployment: String, now: Timestamp) {
        guard isReady, let plan else { return }
        let asked = plan.spec.revision(forHost: name, zone: zone)
        var slot = self.slot ?? SlotStatus()
        defer { self.slot = slot }
        slot.name = plan.spec.slot
        slot.owner = SlotOwner(namespace: namespace, name: deployment, planUID: plan.uid)
        slot.rollout = plan.spec.rollout
        guard let asked else {
            slot.target = nil
            return
        }
        if slot.active?.revision == asked.revision {
            slot.target = SlotTarget(revision: asked.revision, state: .active)
            if let previous = plan.spec.previous, !quarantined.contains(previous.digest) { stage(previous.revision, &slot) }
            return
        }
        if incompatibleWith.contains(asked.revision) {
            slot.target = SlotTarget(revision: asked.revision, state: .unsupported, blame: .environment, reason: "Incompatible")
            return
        }
        if isHeld, !isDefiant {
            slot.target = SlotTarget(revision: asked.revision, state: .held)
            return
        }
        if let rejected, rejected.rollout == plan.spec.rollout, rejected.revision == asked.revision {
            slot.target = failure(asked, reverted: rejected.reverted)
            return
        }
        if quarantined.contains(asked.digest) {
            slot.target = SlotTarget(revision: asked.revision, state: .staged, blame: .environment, reason: "Quarantined")
            return
        }
        let state = slot.target?.revision == asked.revision ? slot.target?.state : nil
        pursue(asked, from: state, plan, &slot, now)
    }

    private mutating func pursue(
        _ asked: RevisionReference, from state: SlotTarget.State?, _ plan: PlanFacts, _ slot: inout SlotStatus, _ now: Timestamp
    ) {
        let behaviour = behaviour[asked.revision] ?? .works
        func go(_ state: SlotTarget.State) { slot.target = SlotTarget(revision: asked.revision, state: state) }
        switch state {
        case .fetching where behaviour == .cannotBeFetched:
            slot.target = SlotTarget(revision: asked.revision, state: .fetching, blame: .environment, reason: "FetchFailed", message: "404")
        case .fetching: go(.verifying)
        case .verifying: go(.staged)
        case .staged: go(.activating)
        case .activating: go(.probing)
        case .probing where behaviour == .hangs: break
        case .probing where behaviour == .failsProbe:
            rejected = (plan.spec.rollout, asked.revision, slot.active != nil)
            slot.target = failure(asked, reverted: slot.active != nil)
        case .probing:
            if let old = slot.active?.revision { stage(old, &slot) }
            if let previous = plan.spec.previous { stage(previous.revision, &slot) }
            slot.active = ActiveRevision(revision: asked.revision, digest: asked.digest, version: asked.version, since: now)
            stage(asked.revision, &slot)
            go(.active)
            if behaviour == .kills {
                isReady = false
                lastSeen = now
            }
        default: go(.fetching)
        }
    }

    private func failure(_ asked: RevisionReference, reverted: Bool) -> SlotTarget {
        SlotTarget(
            revision: asked.revision, state: reverted ? .reverted : .failed, blame: .module, reason: "ProbeFailed",
            message: complaint)
    }

    private func stage(_ revision: String, _ slot: inout SlotStatus) {
        if !slot.staged.contains(revision) { slot.staged.append(revision) }
    }
}
