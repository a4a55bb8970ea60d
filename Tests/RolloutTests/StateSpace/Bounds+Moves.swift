import GraftAPI
import KubeCore

@testable import Rollout

extension StateSpace.Bounds {
    enum Move: Hashable {
        /// A host does what is next: it activates, or says that it has what is asked already.
        case obeys(Int)
        case succeeds(Int)
        case fails(Int)
        case isHindered(Int)
        case stagesAhead(Int)
        case isUnfit(Int)
        case dies(Int)
        case comesBack(Int)
        /// Until the controller wants to decide again.
        case timePasses
        case promotes
        case promotesFully
        case aborts
        /// The spec asks for 1.0.0 again, or for 1.1.0 again.
        case undoes
        case redoes
        /// A check ends so.
        case turnsOut(String, AnalysisPhase)
    }

    /// All that can happen next.
    func moves(in world: World) -> [Move] {
        var moves: [Move] = []
        // Then it is over.
        if world[facts: "1.1.0"].outcome == .good, !world.isRunning { return world.hosts.indices.flatMap { answers(of: $0, in: world) } }
        let away = world.hosts.count { !$0.isReady }
        for index in world.hosts.indices {
            guard world.hosts[index].isReady else {
                moves.append(.comesBack(index))
                continue
            }
            if away < dead { moves.append(.dies(index)) }
            moves += answers(of: index, in: world)
        }
        if let wake = world.decision?.wakeAt, wake > world.now { moves.append(.timePasses) }
        if world.isRunning, world.status.rollout?.kind == .restart { moves.append(.aborts) }
        let isUpgrading = world.isRunning && world.status.rollout?.kind == .steps
        if isUpgrading {
            moves += [.aborts, .promotesFully]
            if ["StepPaused", "AnalysisInconclusive"].contains(world.condition("Progressing")?.reason) { moves.append(.promotes) }
            for check in world.status.rollout?.checks ?? [] where !check.phase.isCompleted {
                moves += [.successful, .failed, .error, .inconclusive].map { .turnsOut(check.id, $0) }
            }
        }
        if world.wanted.revision == World.revision("1.1.0") {
            moves.append(.undoes)
        } else if minds, world[facts: "1.1.0"].outcome == .unproven {
            moves.append(.redoes)
        }
        return moves
    }

    private func answers(of index: Int, in world: World) -> [Move] {
        guard let plan = world.plan, let asked = world.askedReference(index) else { return [] }
        return answersAhead(of: index, plan.spec, asked, in: world) + answers(of: index, plan, asked, in: world)
    }

    private func answersAhead(of index: Int, _ plan: ModulePlanSpec, _ asked: RevisionReference, in world: World) -> [Move] {
        guard plan.stageAhead ?? false, let canary = plan.canary, canary != asked else { return [] }
        let answer = world.hosts[index].slot?.ahead
        switch answer?.rollout == plan.rollout ? answer?.state : nil {
        case .staged: return []
        case .failed: return [.stagesAhead(index)]
        case .staging, nil: return [.stagesAhead(index), .isUnfit(index)]
        }
    }

    private func answers(of index: Int, _ plan: PlanFacts, _ asked: RevisionReference, in world: World) -> [Move] {
        let slot = world.hosts[index].slot
        let state = slot?.rollout == plan.spec.rollout && slot?.target?.revision == asked.revision ? slot?.target?.state : nil
        // What is proven works.
        let canFail = world.status.rollout?.kind == .steps || world.status.rollout?.kind == .restart && world.isRunning
        let rule = world.rule(index)
        if let canary = slot?.canary, canary.revision != asked.revision || canary.rule != rule {
            return canFail && canary.revision == asked.revision ? [.obeys(index), .fails(index)] : [.obeys(index)]
        }
        if rule == nil ? world.hosts[index].hasArrived(by: plan.spec, asked.revision) : slot?.canary != nil {
            let isStaged = plan.spec.previous.map { slot?.staged.contains($0.revision) ?? false } ?? true
            return state == .active && isStaged ? [] : [.obeys(index)]
        }
        switch state {
        case nil: return areHindered && canFail ? [.obeys(index), .isHindered(index)] : [.obeys(index)]
        case .fetching: return [.obeys(index)]
        // It told that it has it; by now it is to load it anew.
        case .active: return plan.spec.restart == nil ? [] : [.obeys(index)]
        case .activating: return canFail ? [.succeeds(index), .fails(index)] : [.succeeds(index)]
        default: return []
        }
    }

    func make(_ move: Move, in world: inout World) {
        switch move {
        case .obeys(let index):
            let isThere =
                world.plan.map { world.hosts[index].hasArrived(by: $0.spec, world.askedReference(index)?.revision ?? "") } ?? false
            answer(index, isThere ? .active : .activating, in: &world)
        case .succeeds(let index): answer(index, .active, in: &world)
        case .fails(let index): answer(index, world.hosts[index].active == nil ? .failed : .reverted, blame: .module, in: &world)
        case .isHindered(let index): answer(index, .fetching, blame: .environment, in: &world)
        case .stagesAhead(let index): answerAhead(index, .staged, in: &world)
        case .isUnfit(let index): answerAhead(index, .failed, in: &world)
        case .dies(let index): world.kill([index])
        case .comesBack(let index): world.hosts[index].isReady = true
        case .timePasses: world.now = world.decision?.wakeAt ?? world.now
        case .promotes: world.verbs.promote = world.status.rollout.map { "\($0.id)/\($0.stepIndex)" }
        case .promotesFully: world.verbs.promote = world.status.rollout.map { "\($0.id)/full" }
        case .aborts: world.verbs.abort = world.status.rollout?.id
        case .undoes: world.wanted = .revision(World.revision("1.0.0"))
        case .redoes: world.wanted = .revision(World.revision("1.1.0"))
        case .turnsOut(let id, let phase): world.checks = [world.check(id)?.reaching(phase)].compactMap { $0 }
        }
    }

    private func answerAhead(_ index: Int, _ state: StagedAhead.State, in world: inout World) {
        guard let plan = world.plan, let canary = plan.spec.canary else { return }
        var slot = world.hosts[index].slot ?? SlotStatus()
        slot.owner = SlotOwner(namespace: "payments", name: "http", planUID: plan.uid)
        slot.ahead = StagedAhead(
            rollout: plan.spec.rollout, revision: canary.revision, state: state, reason: state == .failed ? "DiskFull" : nil)
        world.hosts[index].slot = slot
    }

    private func answer(_ index: Int, _ state: SlotTarget.State, blame: SlotTarget.Blame? = nil, in world: inout World) {
        guard let plan = world.plan, let asked = world.askedReference(index) else { return }
        var slot = world.hosts[index].slot ?? SlotStatus()
        slot.owner = SlotOwner(namespace: "payments", name: "http", planUID: plan.uid)
        slot.rollout = plan.spec.rollout
        slot.target = SlotTarget(revision: asked.revision, state: state, blame: blame)
        if slot.canary?.revision != asked.revision || state == .reverted || state == .failed { slot.canary = nil }
        if slot.ahead?.rollout != plan.spec.rollout || slot.ahead?.revision == asked.revision { slot.ahead = nil }
        if state == .active, let restart = world.hosts[index].restart(by: plan.spec) { slot.restarted = restart }
        if state == .active {
            if let rule = world.rule(index) {
                slot.canary = RoutedRevision(
                    revision: asked.revision, digest: asked.digest, version: asked.version, since: Timestamp(seconds: 0), rule: rule)
            } else {
                slot.canary = nil
                slot.active = ActiveRevision(
                    revision: asked.revision, digest: asked.digest, version: asked.version, since: Timestamp(seconds: 0))
            }
            slot.staged = Set(slot.staged + [asked.revision] + (plan.spec.previous.map { [$0.revision] } ?? [])).sorted()
        }
        world.hosts[index].slot = slot
    }
}

extension World {
    /// Name of the rule by which a host is to divide calls; nil: all are of what it is asked for.
    func rule(_ index: Int) -> String? {
        guard let plan = plan?.spec, askedReference(index) == plan.canary else { return nil }
        return plan.traffic?.name(salt: plan.salt)
    }

    func askedReference(_ index: Int) -> RevisionReference? {
        plan.flatMap { hosts[index].asked(by: $0.spec) }
    }
}
