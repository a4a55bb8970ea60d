import GraftAPI
import KubeCore

extension Deliberation {
    /// Waits until every host that is asked has judged and staged the revision, and decides by how many can't take it. Failures may mend until the
    /// deadline, for hosts try again; who has not answered by then counts as one that can't.
    func progressPreflight(_ preflight: Preflight, _ schedule: StepSchedule, _ roster: Roster) -> Bool {
        guard let canary = status.canary else { return enterStep(rollout.stepIndex + 1, schedule, roster) }
        let survey = PreflightSurvey(roster, revision: canary.revision, rollout: rollout.id, planUID: observation.plan?.uid)
        let tolerated = preflight.tolerated(of: survey.asked)
        let before = rollout.preflight.flatMap { $0.step == rollout.stepIndex ? $0 : nil }
        if before == nil {
            events.append(.preflightBegan(number: rollout.stepIndex + 1, of: schedule.count, hosts: survey.asked, unable: survey.unable))
        }
        let exceeds = survey.waiting == 0 && survey.failed > tolerated
        let isWarned = before?.isWarned ?? false
        rollout.preflight = survey.status(step: rollout.stepIndex, isWarned: isWarned || exceeds)
        let end = schedule.deadline(rollout.stepIndex).map { self.end(of: $0) }
        let isOver = end.map { now >= $0 } ?? false
        if survey.failed + survey.waiting <= tolerated, survey.waiting == 0 || isOver {
            let summary = survey.summary(tolerated: tolerated)
            events.append(.preflightPassed(number: rollout.stepIndex + 1, of: schedule.count, summary: summary))
            return enterStep(rollout.stepIndex + 1, schedule, roster)
        }
        if isOver, let deadline = schedule.deadline(rollout.stepIndex) {
            let reason =
                "Preflight, step \(rollout.stepIndex + 1) of \(schedule.count): after \(deadline.seconds) s "
                + survey.summary(tolerated: tolerated)
            guard deadline.consequence == .rollback else { return standStill(reason.bounded()) }
            let found = rollout.preflight
            let isBack = retreat(.preflight, reason: "\(reason.bounded(to: 900)). Nothing was activated for it".asSentence)
            rollout.preflight = found
            return isBack
        }
        if exceeds, !isWarned {
            events.append(
                .preflightFailing(
                    number: rollout.stepIndex + 1, of: schedule.count, summary: survey.summary(tolerated: tolerated), until: end))
        }
        situation = .preflight(PreflightProgress(summary: survey.summary(tolerated: tolerated), exceeds: exceeds, deadline: end))
        if let end { wake(at: end) }
        return false
    }

    /// When a step's time is over; a new leader has just begun to hear from hosts.
    func end(of deadline: StepSchedule.Deadline) -> Timestamp {
        max((rollout.stepStartTime?.time ?? now) + .seconds(deadline.seconds), observation.leaderSince + observation.leaderGrace)
    }

    /// A first version: what hosts are to judge before any of them runs it, then all of them in waves.
    func progressFirst(_ roster: Roster) -> Bool {
        guard let step = preflightOfFirst else {
            return walkToAll(roster, limits: [strategy.maxUnavailable], soak: .seconds(strategy.soakSeconds))
        }
        let schedule = StepSchedule(strategy)
        guard step == rollout.stepIndex else { return enterStep(step, schedule, roster) }
        guard case .preflight(let preflight) = schedule.stage(step) else { return false }
        return progressPreflight(preflight, schedule, roster)
    }

    private var preflightOfFirst: Int? { rollout.preflightOfFirst(strategy) }

    /// Whether hosts are to judge and stage the revision now.
    var isAtPreflight: Bool {
        guard isRunning else { return false }
        switch rollout.kind {
        case .steps: return StepSchedule(strategy).isPreflight(rollout.stepIndex)
        case .initial: return preflightOfFirst == rollout.stepIndex
        case .return, .restart: return false
        }
    }

    /// Hosts that can't run what is wanted are told by its preflight, and counted there.
    var beginsWithPreflight: Bool { StepSchedule(strategy).beginsWithPreflight }
}

extension RolloutStatus {
    /// The preflight that a first version is at, or comes to next; nil when it has none left, or some host was asked to run it.
    func preflightOfFirst(_ strategy: Strategy) -> Int? {
        guard kind == .initial, wave.below.isEmpty else { return nil }
        return strategy.stepsOfFirstVersion.first { $0 >= stepIndex }
    }
}
