import GraftAPI
import KubeCore

@testable import Rollout

/// Writes states in a canonical form, as bytes: two states of one space have the same form only if the same can happen in both from then on, in which
/// the same is decided. What is left out, and why that makes no difference:
/// - names of rollouts, numbers of attempts and waves, and texts: nothing is decided by them but whether a report is of this rollout;
/// - how long ago something was, where it is longer than the longest time that is compared with it, or compared with none;
/// - of a rollout that is over, what it had come to; of a host, what it said of a rollout that is over;
/// - what is the same in all states of a space: spec, labels, names.
///
/// Hosts are not interchangeable: ranks say who is asked before whom, so that a state and the same with two hosts swapped go on differently, also where
/// neither cutoff lies between the two: the waves back begin from none.
struct StateForm {
    private let strategy: Strategy
    /// Of each step, the longest time that its beginning is compared with; nil: none.
    private let longest: [Duration?]
    private let longestSoak: Duration
    private var bytes: [UInt8] = []

    init(_ strategy: Strategy) {
        self.strategy = strategy
        let schedule = StepSchedule(strategy)
        longest = (0..<schedule.count).map { index in
            let deadline = schedule.deadline(index).map { Duration.seconds($0.seconds) }
            switch schedule.stage(index) {
            case .pause(let seconds): return [deadline, seconds.map { .seconds($0) }].compactMap { $0 }.max()
            case .soak(let seconds, _): return max(.seconds(seconds), deadline ?? .zero)
            default: return deadline
            }
        }
        longestSoak = schedule.stages.reduce(.seconds(strategy.soakSeconds)) {
            if case .soak(let seconds, _) = $1 { max($0, .seconds(seconds)) } else { $0 }
        }
    }

    mutating func key(of world: World) -> StateKey {
        bytes.removeAll(keepingCapacity: true)
        write(world)
        write(since: world.decision?.wakeAt, world, atMost: nil)
        write([world.canBePromoted])
        return StateKey(bytes)
    }

    private mutating func write(_ world: World) {
        let plan = world.plan?.spec
        write(world.status, plan, world)
        for reference in [world.status.stable, world.status.canary, world.status.previous] { write(reference?.revision, world) }
        write(plan, world)
        write(world.wanted.revision, world)
        for facts in world.revisions {
            write([facts.outcome == .good, facts.outcome == .bad, facts.outcome == .rejected, facts.quarantine != nil])
        }
        for host in world.hosts { write(host, plan, world) }
    }

    private mutating func write(_ status: ModuleDeploymentStatus, _ plan: ModulePlanSpec?, _ world: World) {
        guard let rollout = status.rollout else { return write([true]) }
        write([false, plan?.rollout == rollout.id, rollout.restart != nil, rollout.restart == plan?.restart, rollout.order != nil])
        write(rollout.kind.rawValue)
        write(rollout.state.rawValue)
        // All others are for people.
        write([RolloutStatus.Cause.declared, .distrusted, .restartEnded].map { rollout.cause == $0 })
        write(rollout.maxUnavailable?.description ?? "")
        write(rollout.wave.below)
        guard rollout.state == .running else { return }
        write(number: rollout.stepIndex)
        write(number: rollout.weight.basisPoints)
        write(rollout.traffic)
        write([rollout.overdue != nil, rollout.freezeOverride != nil, rollout.provingSince != nil])
        write(
            since: rollout.stepStartTime?.time, world,
            atMost: (longest.indices.contains(rollout.stepIndex) ? longest[rollout.stepIndex] : nil) ?? .zero)
        write(rollout.wave, world)
        let progress = rollout.progress
        write(number: progress.hosts)
        write([progress.suspendedSince != nil])
        let deadline = Duration.seconds(strategy.progressDeadlineSeconds)
        write(since: progress.time?.time, world, atMost: deadline)
        // The later of both counts.
        write([progress.activatingSince != nil])
        if let since = progress.activatingSince, progress.time.map({ since.time > $0.time }) ?? true {
            write(since: since.time, world, atMost: deadline)
        }
        write([rollout.preflight?.isWarned ?? false])
        write(number: rollout.preflight?.step ?? -1)
        for name in rollout.lostHosts.sorted() + ["|"] + rollout.vanishedHosts.sorted() { write(name) }
        guard rollout.kind == .steps else { return }
        for check in rollout.checks {
            write(check.id)
            write(check.phase.rawValue)
        }
    }

    private mutating func write(_ wave: WaveStatus, _ world: World) {
        write([wave.number > 0, wave.startTime != nil, wave.settledTime != nil])
        write(wave.from)
        write(wave.goal)
        write(since: wave.soakStartTime?.time, world, atMost: longestSoak)
        if world.status.rollout?.isForward ?? false { write(number: wave.absentBystanders) }
    }

    private mutating func write(_ plan: ModulePlanSpec?, _ world: World) {
        guard let plan else { return write([true]) }
        write([false, plan.order != nil, plan.stageAhead ?? false, plan.restart != nil, plan.salt == world.status.rollout?.salt])
        for reference in [plan.stable, plan.canary, plan.previous] { write(reference?.revision, world) }
        write(plan.cutoffs)
        write(plan.traffic)
    }

    private mutating func write(_ host: SimulatedHost, _ plan: ModulePlanSpec?, _ world: World) {
        let slot = host.slot
        let (running, seen) = (world.status.rollout, plan?.rollout)
        write([
            host.isReady, slot == nil, plan?.restart != nil && slot?.restarted == plan?.restart,
            running?.restart != nil && slot?.restarted == running?.restart,
        ])
        write(host.active, world)
        write(host.beside, world)
        write(slot?.canary?.rule ?? "")
        // What it says is of the plan that it sees, of the rollout in progress, or of nothing that matters any more.
        func isOfUse(_ rollout: String?) -> [Bool] { [rollout != nil && rollout == seen, rollout != nil && rollout == running?.id] }
        let answers = isOfUse(slot?.rollout)
        write(answers)
        if answers.contains(true), let target = slot?.target {
            write(target.revision, world)
            write(target.state.rawValue)
            write(target.blame?.rawValue ?? "")
        }
        // No rollout leaves the newest behind, to go back to.
        write(world.revisions.dropLast().map { slot?.staged.contains($0.name) ?? false })
        let answersAhead = isOfUse(slot?.ahead?.rollout)
        write(answersAhead)
        if answersAhead.contains(true), let ahead = slot?.ahead {
            write(ahead.revision, world)
            write(ahead.state.rawValue)
        }
        guard !host.isReady, let lastSeen = host.lastSeen else { return }
        // With the wave that was opened last, and with those that will be.
        if let rollout = running, rollout.state == .running, rollout.isForward {
            let opened = rollout.wave.startTime.map { $0.time - .seconds(60) }
            write([
                opened.map { lastSeen < $0 } ?? false, opened.map { lastSeen > $0 } ?? false,
                rollout.wave.settledTime.map { lastSeen < $0.time } ?? false,
            ])
        }
        write(since: lastSeen, world, atMost: .seconds(60) + .microseconds(1))
    }
}

/// What forms are made of.
extension StateForm {
    private mutating func write(_ flags: [Bool]) { bytes.append(flags.reduce(1) { $0 << 1 | ($1 ? 1 : 0) }) }

    private mutating func write(number: Int) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    private mutating func write(_ revision: String?, _ world: World) {
        let index = revision.flatMap { name in world.revisions.firstIndex { $0.name == name } }
        bytes.append(UInt8(revision == nil ? 0xFF : index ?? 0xFE))
    }

    private mutating func write(_ cutoffs: [Cutoff]) {
        for cutoff in cutoffs {
            write(cutoff.zone)
            write(number: Int(cutoff.below))
        }
        bytes.append(0)
    }

    private mutating func write(_ traffic: TrafficRule?) { write(number: traffic?.hashValue ?? 0) }

    /// How long ago it was; of what is more than `longest` ago only that it is.
    private mutating func write(since moment: Timestamp?, _ world: World, atMost longest: Duration?) {
        guard let moment else { return bytes.append(0) }
        bytes.append(1)
        var past = (world.now - moment).microseconds
        if let longest { past = min(past, longest.microseconds) }
        // Over at once.
        if longest == .zero { past = 0 }
        write(number: Int(past))
    }
}

extension RolloutStatus {
    /// Who dies in it may count against it.
    fileprivate var isForward: Bool { kind != .return || cause == .declared }
}

extension World {
    /// Someone is waited for.
    var canBePromoted: Bool { ["StepPaused", "AnalysisInconclusive"].contains(condition("Progressing")?.reason) }
}
