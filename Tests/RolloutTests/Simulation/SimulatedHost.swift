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
    var labels: [String: String] = [:]
    var isReady = true
    var isHeld = false
    /// Its agent does as it likes, a hold or not.
    var isDefiant = false
    var incompatibleWith: Set<String> = []
    /// It can have two versions side by side.
    var canRoute = true
    /// Its agent can have it load anew what it runs.
    var canRestart = true
    /// How often it loaded anew what it ran, and for which restarts.
    private(set) var restarts: [Instant] = []
    /// What it lacks beside a revision, by the revision's name.
    var unmetNeeds: [String: String] = [:]
    var lastSeen: Timestamp?
    /// While it is Ready: when it was last seen; nil: just now.
    var heard: Timestamp?
    var slot: SlotStatus?
    var behaviour: [String: Behaviour] = [:]
    /// Why it can't take a revision ahead of its turn, by the revision's name.
    var unfit: [String: String] = [:]
    /// Its agent knows neither orders nor how to stage ahead.
    var isOld = false
    /// What it says when a version fails its probe.
    var complaint = "it answered nothing"
    private var rejected: (rollout: String, revision: String, reverted: Bool)?

    init(_ name: String, zone: String = "") {
        self.name = name
        self.zone = zone
    }

    var active: String? { slot?.active?.revision }
    /// What has a part of the calls.
    var beside: String? { slot?.canary?.revision }
    func serves(_ revision: String) -> Bool { active == revision || beside == revision }

    var facts: HostFacts {
        var slot = slot
        // As agents do: what is active is not listed once more.
        if let active { slot?.staged.removeAll { $0 == active } }
        var facts = HostFacts(
            name: name, zone: zone, isReady: isReady, lastSeen: isReady ? heard : lastSeen, isHeld: isHeld,
            slot: slot, canRoute: canRoute)
        for revision in incompatibleWith { facts.incompatibilities[revision] = "needs more than it has" }
        facts.canStageAhead = !isOld
        facts.canRestart = canRestart
        if !isOld { facts.labels = labels }
        facts.unmetNeeds = unmetNeeds
        return facts
    }

    /// What a plan asks of it.
    func asked(by plan: ModulePlanSpec) -> RevisionReference? {
        plan.revision(forHost: name, zone: zone, labels: isOld ? [:] : labels)
    }

    /// The restart that a plan asks it for; nil: none.
    func restart(by plan: ModulePlanSpec) -> Instant? { plan.restart(ofHost: name, zone: zone, labels: isOld ? [:] : labels) }

    /// Whether it has what a plan asks for, loaded anew where it asks for that.
    func hasArrived(by plan: ModulePlanSpec, _ revision: String) -> Bool {
        serves(revision) && (restart(by: plan).map { slot?.restarted == $0 } ?? true)
    }

    /// Whether a plan that goes by an order asks hosts of a later group while it leaves this one out.
    func isPassedOver(by plan: ModulePlanSpec, in hosts: [SimulatedHost]) -> Bool {
        guard let order = plan.order else { return false }
        let own = isOld ? 0 : order.level(of: labels)
        if plan.restart != nil, restart(by: plan) == nil {
            return hosts.contains { ($0.isOld ? 0 : order.level(of: $0.labels)) < own && $0.restart(by: plan) != nil }
        }
        guard let canary = plan.canary, asked(by: plan) != canary else { return false }
        return hosts.contains { ($0.isOld ? 0 : order.level(of: $0.labels)) < own && $0.asked(by: plan) == canary }
    }

    /// One transition, if one is due.
    mutating func act(on plan: PlanFacts?, quarantined: Set<String>, namespace: String, deployment: String, now: Timestamp) {
        guard isReady, let plan else { return }
        let asked = asked(by: plan.spec)
        var slot = self.slot ?? SlotStatus()
        defer { self.slot = slot }
        slot.name = plan.spec.slot
        slot.owner = SlotOwner(namespace: namespace, name: deployment, planUID: plan.uid)
        slot.rollout = plan.spec.rollout
        let rule = asked == plan.spec.canary ? plan.spec.traffic?.name(salt: plan.spec.salt) : nil
        // What is not asked for any more is gone, whatever else is asked.
        if let beside = slot.canary, beside.revision != asked?.revision, !isHeld || isDefiant { slot.canary = nil }
        prepare(plan.spec, &slot, asked, quarantined)
        guard let asked else {
            slot.target = nil
            return
        }
        if slot.canary?.revision == asked.revision, rule == nil || canRoute, !isHeld || isDefiant {
            return divide(asked, rule, plan, &slot, now)
        }
        if slot.active?.revision == asked.revision, rule == nil, canRestart, let restart = self.restart(by: plan.spec),
            slot.restarted != restart
        {
            return reload(asked, restart, plan, quarantined, &slot, now)
        }
        if slot.active?.revision == asked.revision, rule == nil {
            slot.target = SlotTarget(revision: asked.revision, state: .active)
            if let previous = plan.spec.previous, !quarantined.contains(previous.digest) { stage(previous.revision, &slot) }
            return
        }
        if incompatibleWith.contains(asked.revision) {
            slot.target = SlotTarget(revision: asked.revision, state: .unsupported, blame: .environment, reason: "Incompatible")
            return
        }
        if rule != nil, !canRoute {
            slot.target = SlotTarget(revision: asked.revision, state: .unsupported, blame: .environment, reason: "MissingFeature")
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
            load(asked, plan, &slot, now)
            if let restart = self.restart(by: plan.spec) { slot.restarted = restart }
            stage(asked.revision, &slot)
            go(.active)
            if behaviour == .kills {
                isReady = false
                lastSeen = now
            }
        default: go(.fetching)
        }
    }

    /// Loads anew what it has. Where that fails, it has it all the same.
    private mutating func reload(
        _ asked: RevisionReference, _ restart: Instant, _ plan: PlanFacts, _ quarantined: Set<String>, _ slot: inout SlotStatus,
        _ now: Timestamp
    ) {
        func go(_ state: SlotTarget.State) { slot.target = SlotTarget(revision: asked.revision, state: state) }
        if isHeld, !isDefiant { return go(.held) }
        if let rejected, rejected.rollout == plan.spec.rollout, rejected.revision == asked.revision {
            slot.target = failure(asked, reverted: true)
            return
        }
        if quarantined.contains(asked.digest) {
            slot.target = SlotTarget(revision: asked.revision, state: .staged, blame: .environment, reason: "Quarantined")
            return
        }
        let behaviour = behaviour[asked.revision] ?? .works
        switch slot.target?.revision == asked.revision ? slot.target?.state : nil {
        case .verifying: go(.staged)
        case .staged: go(.activating)
        case .activating: go(.probing)
        case .probing where behaviour == .hangs: break
        case .probing where behaviour == .failsProbe:
            rejected = (plan.spec.rollout, asked.revision, true)
            slot.target = failure(asked, reverted: true)
        case .probing:
            restarts.append(restart)
            slot.restarted = restart
            go(.active)
            if behaviour == .kills {
                isReady = false
                lastSeen = now
            }
        default: go(.verifying)
        }
    }

    /// All calls, or those of a rule: then the stable version is beside it, put there first where it was not.
    private func load(_ asked: RevisionReference, _ plan: PlanFacts, _ slot: inout SlotStatus, _ now: Timestamp) {
        guard let traffic = plan.spec.traffic, asked == plan.spec.canary else {
            slot.active = ActiveRevision(revision: asked.revision, digest: asked.digest, version: asked.version, since: now)
            slot.canary = nil
            return
        }
        if let stable = plan.spec.stable, slot.active?.revision != stable.revision {
            slot.active = ActiveRevision(revision: stable.revision, digest: stable.digest, version: stable.version, since: now)
        }
        slot.canary = RoutedRevision(
            revision: asked.revision, digest: asked.digest, version: asked.version, since: now,
            rule: traffic.name(salt: plan.spec.salt))
    }

    /// Both are loaded: calls go elsewhere, at once.
    private func divide(_ asked: RevisionReference, _ rule: String?, _ plan: PlanFacts, _ slot: inout SlotStatus, _ now: Timestamp) {
        if slot.canary?.rule != rule {
            if rule == nil, let old = slot.active?.revision { stage(old, &slot) }
            load(asked, plan, &slot, now)
        }
        slot.target = SlotTarget(revision: asked.revision, state: .active)
        if let previous = plan.spec.previous { stage(previous.revision, &slot) }
    }

    /// Judges and stages the canary ahead of its turn, where it is told to.
    private func prepare(_ plan: ModulePlanSpec, _ slot: inout SlotStatus, _ asked: RevisionReference?, _ quarantined: Set<String>) {
        if let answer = slot.ahead, answer.rollout != plan.rollout || answer.revision == asked?.revision { slot.ahead = nil }
        guard plan.stageAhead ?? false, !isOld, !isHeld, let canary = plan.canary, canary != asked else { return }
        var answer = StagedAhead(rollout: plan.rollout, revision: canary.revision, state: .staging)
        let isUnreachable = behaviour[canary.revision] == .cannotBeFetched
        if slot.ahead == nil {
            slot.ahead = answer
        } else if let reason = unfit[canary.revision] ?? (isUnreachable ? "FetchFailed" : nil) {
            (answer.state, answer.reason, answer.message) = (.failed, reason, "\(name) says \(reason)")
            slot.ahead = answer
        } else if incompatibleWith.contains(canary.revision) || quarantined.contains(canary.digest) {
            (answer.state, answer.reason) = (.failed, "Incompatible")
            slot.ahead = answer
        } else {
            answer.state = .staged
            slot.ahead = answer
            stage(canary.revision, &slot)
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
