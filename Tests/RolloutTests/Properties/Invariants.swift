import GraftAPI
import KubeCore

@testable import Rollout

/// What must hold after every single decision, whatever happened before. What did not is told in sentences.
struct Invariants {
    private(set) var findings: [String] = []
    private var last: ModulePlanSpec?
    private var lastUID: String?
    private(set) var lastRollout: RolloutStatus?
    /// How many statuses with checks there were.
    var written = 0
    private var debts = Debts()

    mutating func check(_ world: World, deeply: Bool) {
        guard let decision = world.decision else { return }
        if let disagreement = world.follower?.disagreement { demand(false, "\(disagreement): \(world.testDescription)") }
        if world.status == decision.status { checkGrowth(world) }
        // A plan that was deleted and made anew has no past.
        if world.plan?.uid != lastUID { last = nil }
        lastUID = world.plan?.uid
        // What a controller decided that died before it wrote it is nobody's concern.
        if let plan = world.plan?.spec, plan == decision.plan { check(plan, of: world, decision) }
        if deeply {
            checkPurity(world)
            checkForeignChecks(world)
        }
    }

    /// The state was lost: what is told from now on has no past.
    mutating func forget() {
        lastRollout = nil
        debts = Debts()
    }

    /// Nobody knows any more who was alive when it was asked.
    mutating func forgetTheDead(of world: World) { debts.forgive(world.hosts.filter { !$0.isReady }.map(\.name)) }

    mutating func demand(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
        if !holds, findings.count < 8 { findings.append(otherwise()) }
    }

    private mutating func checkGrowth(_ world: World) {
        checkChecks(world)
        if let before = lastRollout, let now = world.status.rollout, before.id == now.id {
            checkPassing(from: before.stepIndex, to: now.stepIndex, world)
            demand(now.weight >= before.weight, "the weight shrank: \(world.testDescription)")
            demand(now.stepIndex >= before.stepIndex, "a step back: \(world.testDescription)")
            demand(covers(now.traffic, before.traffic), "calls were taken back: \(world.testDescription)")
            demand(before.state == .running || now.state != .running, "what was over goes on: \(world.testDescription)")
        }
        lastRollout = world.status.rollout
    }

    /// Nil is all calls.
    private func covers(_ more: TrafficRule?, _ less: TrafficRule?) -> Bool { more.map { more in less.map(more.covers) ?? false } ?? true }

    /// Calls are divided between two versions that hosts may have, only ever more for the canary, and not on the way back.
    private mutating func checkTraffic(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        demand(plan.requires == (plan.traffic == nil ? [] : ["routing"]), "requires \(plan.requires): \(world.testDescription)")
        if plan.traffic != nil {
            demand(plan.canary != nil, "calls are divided without a canary: \(world.testDescription)")
            demand(decision.status.rollout?.kind == .steps, "calls are divided on the way back: \(world.testDescription)")
        }
        if let last, last.rollout == plan.rollout, plan.canary != nil, plan.canary == last.canary {
            demand(covers(plan.traffic, last.traffic), "hosts are to take calls back: \(world.testDescription)")
        }
    }

    private mutating func check(_ plan: ModulePlanSpec, of world: World, _ decision: Decision) {
        checkTraffic(plan, world, decision)
        let banned = Set(world.revisions.lazy.filter { $0.quarantine != nil }.map(\.digest))
        for named in [plan.stable, plan.canary, plan.previous].compactMap({ $0 }) {
            demand(!banned.contains(named.digest), "quarantined \(named.revision) is planned: \(world.testDescription)")
        }
        checkTrust(plan, world, decision)
        if let last, last.rollout == plan.rollout, let canary = plan.canary, canary == last.canary, plan.cutoffs != last.cutoffs {
            demand(CutoffMap(plan.cutoffs).covers(CutoffMap(last.cutoffs)), "the cutoffs shrank: \(world.testDescription)")
        }
        if let last, last.rollout != plan.rollout, last.stable != nil, let canary = last.canary, !last.cutoffs.isEmpty,
            plan.stable != nil, let next = plan.canary
        {
            demand(false, "canary \(canary.revision) was swapped for \(next.revision) in one write: \(world.testDescription)")
        }
        if let last, last.rollout == plan.rollout, last.restart != nil, plan.restart != nil {
            demand(plan.restart == last.restart, "another restart in one rollout: \(world.testDescription)")
            demand(CutoffMap(plan.cutoffs).covers(CutoffMap(last.cutoffs)), "the restart's cutoffs shrank: \(world.testDescription)")
        }
        checkRestart(plan, world, decision)
        checkPreflight(plan, world, decision)
        checkOrder(plan, world)
        let opensWave = decision.events.contains { if case .waveOpened = $0 { true } else { false } }
        if opensWave { checkInFlight(plan, world, decision) }
        if opensWave { checkGuards(plan, world, decision) }
        if let finding = debts.count(plan, world, opensWave: opensWave) { demand(false, finding) }
        last = plan
    }

    /// No wave forward is opened in a freeze that nobody overrode, nor asks a host that lacks what the version needs.
    private mutating func checkGuards(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout, rollout.state == .running, rollout.kind != .return else { return }
        if world.guards.freeze != nil { demand(rollout.freezeOverride != nil, "a wave in a freeze: \(world.testDescription)") }
        guard let last, last.rollout == plan.rollout, last.canary == plan.canary else { return }
        // By their groups as they are now: who was asked in an earlier group is not asked once more by the wave that begins the last one.
        let new = world.hosts.filter { $0.isReady && $0.asked(by: plan) == plan.canary && $0.asked(by: last) != plan.canary }
        if let budget = world.guards.budget {
            demand(new.count <= budget.left, "\(new.count) asked, \(budget.left) left: \(world.testDescription)")
        }
        let needy = new.filter { !$0.isHeld && $0.active != plan.canary?.revision && $0.unmetNeeds[plan.canary?.revision ?? ""] != nil }
            .filter { $0.incompatibleWith.isEmpty }
        demand(needy.isEmpty, "\(needy.map(\.name)) lack something: \(world.testDescription)")
    }

    /// Nothing that policies refuse becomes what a rollout leads to, and none leads further than they allow.
    private mutating func checkTrust(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout, rollout.state == .running else { return }
        // What ends a restart brings nothing anywhere.
        guard rollout.cause != .restartEnded else { return }
        let target = [.return, .restart].contains(rollout.kind) ? decision.status.stable : decision.status.canary
        guard let facts = world.revisions.first(where: { $0.name == target?.revision }) else { return }
        if let last, last.rollout != plan.rollout {
            demand(facts.refusal == nil, "\(facts.name) is refused, and begun: \(world.testDescription)")
        }
        let asks = decision.events.contains { if case .waveOpened = $0 { true } else { false } }
        if asks, rollout.kind != .return, let allowance = facts.allowance {
            demand(rollout.weight <= allowance.weight, "\(rollout.weight) is asked for: \(world.testDescription)")
        }
        if rollout.cause == .distrusted { demand(rollout.maxUnavailable != nil, "withdrawn without a limit: \(world.testDescription)") }
    }

    /// Hosts of a later group are asked only when all of those before it are, and an order is kept as long as its rollout goes on.
    private mutating func checkOrder(_ plan: ModulePlanSpec, _ world: World) {
        if let last, last.rollout == plan.rollout, last.canary != nil && plan.canary != nil || last.restart != nil && plan.restart != nil {
            demand(last.order == plan.order, "another order in mid-rollout: \(world.testDescription)")
        }
        guard plan.order != nil else { return }
        for host in world.hosts where host.isPassedOver(by: plan, in: world.hosts) {
            demand(false, "\(host.name) is passed over: \(world.testDescription)")
        }
    }

    /// Nothing is asked to run what is only staged ahead, too many failures let it go no further, and nothing is held against the module.
    private mutating func checkPreflight(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        if let last, last.rollout == plan.rollout, plan.stageAhead ?? false, last.stageAhead ?? false {
            demand(plan.cutoffs == last.cutoffs, "a preflight asks hosts to run it: \(world.testDescription)")
        }
        // Of a first version nothing is asked before all preflights that stand before a weight are passed.
        if let rollout = decision.status.rollout, rollout.kind == .initial, rollout.state == .running, plan.cutoffs.isEmpty == false,
            last?.cutoffs.isEmpty ?? true, last?.rollout == plan.rollout, last?.stageAhead ?? false
        {
            let passes = decision.events.contains { event in
                switch event {
                case .preflightPassed, .promoted: true
                default: false
                }
            }
            let wasThere = world.spec.strategy.stepsOfFirstVersion.contains { $0 >= lastRollout?.stepIndex ?? 0 }
            demand(passes || !wasThere || lastRollout?.id != rollout.id, "a first version skips its preflight: \(world.testDescription)")
        }
        if plan.stageAhead ?? false {
            demand(plan.canary != nil, "staged ahead of nothing: \(world.testDescription)")
        }
        let began = decision.events.contains { if case .returning(_, _, .preflight, _) = $0 { true } else { false } }
        if began {
            let isBlamed = decision.effects.contains { effect in
                switch effect {
                case .quarantine: true
                case .outcome(_, let outcome, _): outcome == .bad
                }
            }
            demand(!isBlamed, "a preflight is held against the module: \(world.testDescription)")
        }
        guard let rollout = decision.status.rollout, let found = rollout.preflight, rollout.state == .running,
            // Of several in one decision the last is remembered.
            found.step + 1 == rollout.stepIndex, decision.events.contains(where: { if case .preflightPassed = $0 { true } else { false } })
        else { return }
        demand(found.staged + found.failed + found.waiting == found.asked, "hosts are lost: \(world.testDescription)")
        let steps = world.spec.strategy.steps
        guard steps.indices.contains(found.step), let preflight = steps[found.step].preflight else { return }
        let tolerated = preflight.tolerated(of: found.asked)
        demand(found.failed + found.waiting <= tolerated, "passed with \(found.failed) failures of \(tolerated): \(world.testDescription)")
        // Counted from what hosts say in truth. What they said before this decision asked more of them.
        guard !decision.events.contains(where: { if case .waveOpened = $0 { true } else { false } }),
            plan.rollout == lastRollout?.id
        else { return }
        let ready = world.hosts.filter {
            $0.isReady && !$0.isHeld && !$0.isOld && !$0.incompatibleWith.contains(plan.canary?.revision ?? "")
                && $0.asked(by: plan) != plan.canary && $0.active != plan.canary?.revision
        }
        let lacking = ready.count { !($0.slot?.ahead?.rollout == plan.rollout && $0.slot?.ahead?.state == .staged) }
        demand(lacking <= tolerated, "passed although \(lacking) have not staged it: \(world.testDescription)")
    }

    /// Counted from what hosts run in truth, not from what they reported.
    private mutating func checkInFlight(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout, rollout.state == .running else { return }
        let isOfStable = [.return, .restart].contains(rollout.kind)
        guard let target = isOfStable ? decision.status.stable : decision.status.canary else { return }
        let eligible = world.hosts.filter {
            $0.isReady && !$0.isHeld && !$0.incompatibleWith.contains(target.revision) && (rollout.traffic == nil || $0.canRoute)
                && (rollout.restart == nil || $0.canRestart)
        }
        let strategy = world.spec.strategy
        let own = rollout.kind == .return ? strategy.rollbackMaxUnavailable : strategy.maxUnavailable
        let limit = max(1, min(own.count(of: eligible.count), rollout.maxUnavailable?.count(of: eligible.count) ?? .max))
        let inFlight = eligible.filter { host in
            // Who joins in the middle of a restart loads what all others have for the first time: nothing is taken from it.
            if rollout.kind == .restart, host.active == nil { return false }
            guard !host.hasArrived(by: plan, target.revision), host.asked(by: plan)?.revision == target.revision else {
                return false
            }
            let report = host.slot?.rollout == plan.rollout ? host.slot?.target : nil
            return !(report?.state == .reverted && report?.revision == target.revision)
        }
        demand(
            inFlight.count <= limit,
            "\(inFlight.map(\.name)) in flight, at most \(limit) (\(own) of \(eligible.count)) allowed; held: "
                + "\(world.hosts.filter(\.isHeld).map(\.name)): \(world.testDescription)")
    }

    /// A restart changes nothing but what it is about: no revision, no judgement, nobody's version.
    private mutating func checkRestart(_ plan: ModulePlanSpec, _ world: World, _ decision: Decision) {
        guard let rollout = decision.status.rollout else { return }
        if plan.restart != nil {
            demand(rollout.kind == .restart && rollout.restart == plan.restart, "a restart of nothing: \(world.testDescription)")
            demand(plan.canary == nil && plan.stable != nil && plan.traffic == nil, "two versions in a restart: \(world.testDescription)")
        }
        guard let last, last.restart != nil, last.rollout != plan.rollout, rollout.cause == .restartEnded else { return }
        demand(plan.stable == nil || plan.stable == last.stable, "the end of a restart moves hosts: \(world.testDescription)")
        let judges = decision.effects.contains { if case .quarantine = $0 { true } else { false } }
        demand(!judges, "a restart is held against the module: \(world.testDescription)")
    }

    /// The same again is the same, and nothing more follows when nothing happened.
    private mutating func checkPurity(_ world: World) {
        let observation = world.observation
        demand(RolloutEngine.decide(observation) == RolloutEngine.decide(observation), "two minds: \(world.testDescription)")
        var after = world
        after.decide()
        after.verbs = Verbs()
        after.decide()
        let settled = after
        after.decide()
        demand(after.status == settled.status, "deciding again changed the status: \(world.testDescription)")
        demand(after.plan == settled.plan, "deciding again changed the plan: \(world.testDescription)")
        demand(after.decision?.effects == [], "deciding again has effects: \(world.testDescription)")
        demand(after.decision?.events == [], "deciding again tells events: \(world.testDescription)")
    }
}
