import GraftAPI
import KubeCore
import Testing

@testable import Rollout

/// What must hold after every single decision, whatever happened before.
struct Invariants {
    private var last: ModulePlanSpec?
    private var lastUID: String?

    mutating func check(_ world: World, deeply: Bool) {
        guard let decision = world.decision else { return }
        // A plan that was deleted and made anew has no past.
        if world.plan?.uid != lastUID { last = nil }
        lastUID = world.plan?.uid
        // What a controller decided that died before it wrote it is nobody's concern.
        if let plan = world.plan?.spec, plan == decision.plan { check(plan, of: world, decision) }
        if deeply { checkPurity(world) }
    }

    private mutating func check(_ plan: ModulePlanSpec, of world: World, _ decision: Decision) {
        let banned = Set(world.revisions.filter { $0.quarantine != nil }.map(\.digest))
        for named in [plan.stable, plan.canary, plan.previous].compactMap({ $0 }) {
            #expect(!banned.contains(named.digest), "quarantined \(named.revision) is planned: \(world.testDescription)")
        }
        checkTrust(plan, world, decision)
        if let last, last.rollout == plan.rollout, let canary = plan.canary, canary == last.canary {
            #expect(CutoffMap(plan.cutoffs).covers(CutoffMap(last.cutoffs)), "the weight shrank: \(world.testDescription)")
        }
        if let last, last.rollout != plan.rollout, last.stable != nil, let canary = last.canary, !last.cutoffs.isEmpty,
            plan.stable != nil, let next = plan.canary
        {
            Issue.record("canary \(canary.revision) was swapped for \(next.revision) in one write: \(world.testDescription)")
        }
        if decision.events.contains(where: { if case .waveOpened = $0 { true } else { false } }) {
            checkInFlight(plan, world, decision)
        }
        last = plan
    }

    /// Nothing that policies refuse becomes what a rollout leads to, and none leads further than they allow.
    private func checkTrust(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout, rollout.state == .running else { return }
        let target = rollout.kind == .return ? decision.status.stable : decision.status.canary
        guard let facts = world.revisions.first(where: { $0.name == target?.revision }) else { return }
        if let last, last.rollout != plan.rollout {
            #expect(facts.refusal == nil, "\(facts.name) is refused, and begun: \(world.testDescription)")
        }
        let asks = decision.events.contains { if case .waveOpened = $0 { true } else { false } }
        if asks, rollout.kind != .return, let allowance = facts.allowance {
            #expect(rollout.weight <= allowance.weight, "\(rollout.weight) is asked for: \(world.testDescription)")
        }
        if rollout.cause == .distrusted { #expect(rollout.maxUnavailable != nil, "withdrawn without a limit: \(world.testDescription)") }
    }

    /// Counted from what hosts run in truth, not from what they reported.
    private func checkInFlight(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout, rollout.state == .running else { return }
        guard let target = rollout.kind == .return ? decision.status.stable : decision.status.canary else { return }
        let eligible = world.hosts.filter { $0.isReady && !$0.isHeld && !$0.incompatibleWith.contains(target.revision) }
        let strategy = world.spec.strategy
        let own = rollout.kind == .return ? strategy.rollbackMaxUnavailable : strategy.maxUnavailable
        let limit = max(1, min(own.count(of: eligible.count), rollout.maxUnavailable?.count(of: eligible.count) ?? .max))
        let inFlight = eligible.filter { host in
            guard plan.revision(forHost: host.name, zone: host.zone)?.revision == target.revision, host.active != target.revision else {
                return false
            }
            let report = host.slot?.rollout == plan.rollout ? host.slot?.target : nil
            return !(report?.state == .reverted && report?.revision == target.revision)
        }
        #expect(inFlight.count <= limit, "\(inFlight.map(\.name)) in flight: \(world.testDescription)")
    }

    /// The same again is the same, and nothing more follows when nothing happened.
    private func checkPurity(_ world: World) {
        let observation = world.observation
        let first = RolloutEngine.decide(observation)
        #expect(first == RolloutEngine.decide(observation))
        var after = world
        after.decide()
        after.verbs = Verbs()
        after.decide()
        let settled = after
        after.decide()
        #expect(after.status == settled.status, "deciding again changed the status of \(world.testDescription)")
        #expect(after.plan == settled.plan, "deciding again changed the plan of \(world.testDescription)")
        #expect(after.decision?.effects == [])
        #expect(after.decision?.events == [])
    }
}
