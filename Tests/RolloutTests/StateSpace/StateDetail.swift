import GraftAPI
import KubeCore

@testable import Rollout

/// A state in all detail but how late it is, how many attempts there were, and what was said: what `StateKey` leaves out beside that is shown to make
/// no difference by comparing the two.
struct StateDetail: Hashable {
    struct Host: Hashable {
        var isReady: Bool
        var active: String?
        var beside: String?
        var target: SlotTarget?
        var isAnswering: Bool
        var staged: [String]
        /// Its answer to the preflight of the plan that is there.
        var ahead: StagedAhead.State?
        var lastSeen: Instant?
        /// It has loaded anew what it runs, as the plan asks.
        var hasRestarted: Bool
    }

    private var rollout: RolloutStatus
    private var revisions: [String?]
    private var plan: ModulePlanSpec?
    private var isPlanCurrent: Bool
    private var wanted: String?
    private var outcomes: [ModuleRevisionStatus.Outcome]
    private var quarantines: [Bool]
    private var hosts: [Host]
    private var wake: Instant?

    init(_ world: World) {
        /// Since when, and no more than a few minutes.
        func relative(_ moment: Instant?) -> Instant? {
            moment.map { Instant(Timestamp(seconds: 0) + min(max($0.time - world.now, .seconds(-200)), .seconds(200))) }
        }
        var rollout = world.status.rollout ?? RolloutStatus()
        rollout.id = ""
        rollout.reason = nil
        rollout.stepStartTime = relative(rollout.stepStartTime)
        rollout.wave.number = min(1, rollout.wave.number)
        rollout.wave.startTime = relative(rollout.wave.startTime)
        rollout.wave.soakStartTime = relative(rollout.wave.soakStartTime)
        rollout.wave.settledTime = relative(rollout.wave.settledTime)
        rollout.progress.time = relative(rollout.progress.time)
        rollout.progress.suspendedSince = relative(rollout.progress.suspendedSince)
        rollout.progress.activatingSince = relative(rollout.progress.activatingSince)
        // When a run began tells it from others, and nothing else.
        rollout.checks = rollout.checks.map { check in
            var check = CheckStatus(check.kind, id: check.id, step: check.step, subject: check.subject).reaching(check.phase)
            check.attempts = 0
            return check
        }
        // One restart is like another.
        let areOfOneRestart = world.plan?.spec.restart == rollout.restart
        if rollout.restart != nil { rollout.restart = Instant(Timestamp(seconds: areOfOneRestart ? 1 : 2)) }
        self.rollout = rollout
        revisions = [world.status.stable, world.status.canary, world.status.previous].map { $0?.revision }
        let rolloutOfPlan = world.plan?.spec.rollout
        isPlanCurrent = rolloutOfPlan == world.status.rollout?.id
        plan = world.plan?.spec
        plan?.rollout = ""
        let restart = plan?.restart
        if restart != nil { plan?.restart = Instant(Timestamp(seconds: 1)) }
        wanted = world.wanted.revision
        outcomes = world.revisions.map(\.outcome)
        quarantines = world.revisions.map { $0.quarantine != nil }
        hosts = world.hosts.map { host in
            Host(
                isReady: host.isReady, active: host.active, beside: host.slot?.canary?.rule, target: host.slot?.target,
                isAnswering: rolloutOfPlan != nil && host.slot?.rollout == rolloutOfPlan, staged: host.slot?.staged ?? [],
                ahead: host.slot?.ahead?.rollout == rolloutOfPlan ? host.slot?.ahead?.state : nil,
                lastSeen: relative(host.isReady ? nil : host.lastSeen.map { Instant($0) }),
                hasRestarted: restart != nil && host.slot?.restarted == restart)
        }
        wake = relative(world.decision?.wakeAt.map { Instant($0) })
    }
}
