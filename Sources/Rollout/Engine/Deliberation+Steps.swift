import GraftAPI
import KubeCore

extension Deliberation {
    func progressStep(_ roster: Roster) -> Bool {
        let schedule = StepSchedule(strategy)
        keepChecks(schedule, roster)
        if let isChanged = passChecks(schedule, roster) ?? isOverdue(schedule) { return isChanged }
        switch schedule.stage(rollout.stepIndex) {
        case .soak(let seconds, let samples): return progressSoak(.seconds(seconds), samples, schedule, roster)
        case .analysis, .webhook: return awaitChecks(schedule)
        case .approval(let approvers):
            situation = .awaitingApproval(of: approvers)
            return false
        case .pause(let seconds):
            let until = seconds.flatMap { seconds in rollout.stepStartTime.map { $0.time + .seconds(seconds) } }
            if let until, now >= until { return enterStep(rollout.stepIndex + 1, schedule, roster) }
            if let until { wake(at: until) }
            situation = .pauseStep(until: until)
            return false
        case .weight(let wanted):
            let allowance = allowance.flatMap { $0.weight < wanted ? $0 : nil }
            let weight = allowance?.weight ?? wanted
            // A goal stands for its weight: when the spec's steps are changed meanwhile, this step may ask for more.
            if weight > .none, rollout.wave.goal.isEmpty || rollout.weight < weight {
                let planner = WavePlanner(roster, strategy)
                rollout.wave.goal = planner.goal(of: weight).merged(with: CutoffMap(rollout.wave.below)).list
                rollout.weight = max(rollout.weight, weight)
                events.append(
                    .stepStarted(number: rollout.stepIndex + 1, of: schedule.count, weight: rollout.weight, hosts: roster.eligible))
                return true
            }
            switch walk(roster, limits: [strategy.maxUnavailable], soak: .seconds(strategy.soakSeconds)) {
            case .waiting: return false
            case .changed: return true
            case .arrived:
                guard weight == .none || hasCanary(roster) else { return isRetreatingForLackOfCanaries(roster) }
                if let allowance { return awaitSignature(allowance) }
                return enterStep(rollout.stepIndex + 1, schedule, roster)
            }
        }
    }

    /// Goes on to another step, or ends after the last one.
    func enterStep(_ index: Int, _ schedule: StepSchedule, _ roster: Roster?) -> Bool {
        guard index < schedule.count else {
            finish(roster)
            return true
        }
        rollout.stepIndex = index
        rollout.stepStartTime = Instant(now)
        rollout.progress.time = Instant(now)
        rollout.wave.goal = []
        rollout.overdue = nil
        leaveChecks(for: index)
        switch schedule.stage(index) {
        case .pause(let seconds):
            events.append(.paused(number: index + 1, of: schedule.count, until: seconds.map { now + .seconds($0) }))
        case .approval(let approvers): events.append(.approvalNeeded(number: index + 1, of: schedule.count, from: approvers))
        case .weight, .soak, .analysis, .webhook: break
        }
        return true
    }

    /// Watches the hosts of all waves so far as those of a wave that was just opened: who fails or dies counts, and everyone must have given
    /// a sign of life at the end. As long as samples are missing it goes on, and who fails counts.
    private func progressSoak(_ duration: Duration, _ samples: SampleGoal?, _ schedule: StepSchedule, _ roster: Roster) -> Bool {
        // Where nothing was asked yet there is nothing to watch.
        guard !rollout.wave.below.isEmpty else { return enterStep(rollout.stepIndex + 1, schedule, roster) }
        if rollout.wave.goal.isEmpty {
            rollout.wave.from = []
            rollout.wave.goal = rollout.wave.below
            rollout.wave.startTime = Instant(now)
            rollout.wave.soakStartTime = Instant(now)
            rollout.wave.settledTime = nil
            rollout.wave.absentBystanders = roster.entries.count { !$0.isAsked && !$0.isReady }
            events.append(
                .soaking(number: rollout.stepIndex + 1, of: schedule.count, hosts: roster.settled, until: now + duration))
            return true
        }
        if let start = rollout.wave.soakStartTime?.time, awaitsSamples(samples, until: start + duration, schedule) { return false }
        if rollout.wave.settledTime == nil, let waiting = settle(roster, soak: duration) { return waiting == .changed }
        guard hasCanary(roster) else { return isRetreatingForLackOfCanaries(roster) }
        return enterStep(rollout.stepIndex + 1, schedule, roster)
    }

    /// Whether the step took longer than it may; nil while it did not.
    /// - Returns: whether something follows at once.
    private func isOverdue(_ schedule: StepSchedule) -> Bool? {
        guard let deadline = schedule.deadline(rollout.stepIndex), let start = rollout.stepStartTime else { return nil }
        // A new leader has just begun to hear from hosts.
        let end = max(start.time + .seconds(deadline.seconds), observation.leaderSince + .seconds(60))
        guard now >= end else {
            wake(at: end)
            return nil
        }
        let reason = "Step \(rollout.stepIndex + 1) of \(schedule.count) took longer than its \(deadline.seconds) s"
        switch deadline.consequence {
        case .rollback: return retreat(.overdue, reason: reason.asSentence)
        case .pause: return standStill(reason)
        }
    }

    /// Nothing moves from now on until someone decides.
    func standStill(_ reason: String) -> Bool {
        rollout.overdue = reason.asSentence
        situation = .overdue
        events.append(.overdue(reason: reason.asSentence))
        return true
    }
}
