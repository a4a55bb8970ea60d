import GraftAPI
import KubeCore

extension Deliberation {
    func progressStep(_ roster: Roster) -> Bool {
        let schedule = StepSchedule(strategy)
        keepChecks(schedule, roster)
        if let isChanged = passChecks(schedule, roster) { return isChanged }
        if case .preflight(let preflight) = schedule.stage(rollout.stepIndex) { return progressPreflight(preflight, schedule, roster) }
        // The steps were changed: what is no preflight any more has none behind it.
        if rollout.preflight?.step == rollout.stepIndex { rollout.preflight = nil }
        if let isChanged = isOverdue(schedule) { return isChanged }
        switch schedule.stage(rollout.stepIndex) {
        case .preflight: return false
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
        case .weight(let wanted): return progressWeight(wanted, isGoalDue: rollout.wave.goal.isEmpty, schedule, roster)
        case .traffic: return progressWeight(schedule.weight(upTo: rollout.stepIndex), isGoalDue: false, schedule, roster)
        }
    }

    /// Brings hosts up to a weight, and their calls to what the steps so far ask for.
    /// - Parameter isGoalDue: the step is about the weight, and its cutoffs are not computed yet.
    private func progressWeight(_ wanted: Weight, isGoalDue: Bool, _ schedule: StepSchedule, _ roster: Roster) -> Bool {
        let allowance = allowance.flatMap { $0.weight < wanted ? $0 : nil }
        let weight = allowance?.weight ?? wanted
        if let allowance, case .traffic = schedule.stage(rollout.stepIndex) { return awaitSignature(allowance) }
        if raiseTraffic(schedule, roster) { return true }
        // A goal stands for its weight: when the spec's steps are changed meanwhile, this step may ask for more.
        if weight > .none, isGoalDue || rollout.weight < weight {
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
            guard weight == .none || hasCanary(roster) else { return asksOthers(weight, roster) || isRetreatingForLackOfCanaries(roster) }
            if let allowance { return awaitSignature(allowance) }
            return enterStep(rollout.stepIndex + 1, schedule, roster)
        }
    }

    /// Whether all hosts that were asked are gone from the cluster, and others are there.
    func isForsaken(_ roster: Roster) -> Bool { roster.eligible > 0 && roster.placed(\.isAsked).isEmpty }

    /// Where all hosts that were asked are gone from the cluster, the weight is reckoned anew from those that there are.
    private func asksOthers(_ weight: Weight, _ roster: Roster) -> Bool {
        guard isForsaken(roster) else { return false }
        let goal = WavePlanner(roster, strategy).goal(of: weight).merged(with: CutoffMap(rollout.wave.below)).list
        guard goal != rollout.wave.goal else { return false }
        rollout.wave.goal = goal
        return true
    }

    /// The same in a soak: as many as one wave may ask take their place, and are watched as long. What holds such a wave up is seen between goal and wave.
    private func soaksOthers(_ roster: Roster) -> Bool {
        if asksOthers(rollout.weight, roster) { return true }
        guard isForsaken(roster), case .changed = walk(roster, limits: [strategy.maxUnavailable], soak: .zero) else { return false }
        rollout.wave.goal = rollout.wave.below
        return true
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
        // A first version passes by what is about a version beside it.
        guard rollout.kind == .steps else { return true }
        switch schedule.stage(index) {
        case .pause(let seconds):
            events.append(.paused(number: index + 1, of: schedule.count, until: seconds.map { now + .seconds($0) }))
        case .approval(let approvers): events.append(.approvalNeeded(number: index + 1, of: schedule.count, from: approvers))
        case .weight, .traffic, .soak, .preflight, .analysis, .webhook: break
        }
        return true
    }

    /// Watches the hosts of all waves so far as those of a wave that was just opened: who fails or dies counts, and everyone must have given
    /// a sign of life at the end. As long as samples are missing it goes on, and who fails counts.
    private func progressSoak(_ duration: Duration, _ samples: SampleGoal?, _ schedule: StepSchedule, _ roster: Roster) -> Bool {
        // Where nothing was asked yet there is nothing to watch.
        guard !rollout.wave.below.isEmpty else { return enterStep(rollout.stepIndex + 1, schedule, roster) }
        if rollout.wave.goal.isEmpty {
            reopenWave()
            rollout.wave.goal = rollout.wave.below
            rollout.wave.soakStartTime = Instant(now)
            rollout.wave.absentBystanders = roster.placed { !$0.isAsked && !$0.isReady }.count
            events.append(
                .soaking(number: rollout.stepIndex + 1, of: schedule.count, hosts: roster.settled, until: now + duration))
            return true
        }
        if let start = rollout.wave.soakStartTime?.time, awaitsSamples(samples, until: start + duration, schedule) { return false }
        if rollout.wave.settledTime == nil, let waiting = settle(roster, soak: duration) { return waiting == .changed }
        // Where all are gone that were asked, and no step asked for any, there is nothing to watch either.
        guard hasCanary(roster) || rollout.weight == .none && isForsaken(roster) else {
            return soaksOthers(roster) || isRetreatingForLackOfCanaries(roster)
        }
        tellPassed(schedule)
        return enterStep(rollout.stepIndex + 1, schedule, roster)
    }

    /// Whether the step took longer than it may; nil while it did not.
    /// - Returns: whether something follows at once.
    private func isOverdue(_ schedule: StepSchedule) -> Bool? {
        guard let deadline = schedule.deadline(rollout.stepIndex), rollout.stepStartTime != nil else { return nil }
        let end = self.end(of: deadline)
        guard now >= end else {
            wake(at: end)
            return nil
        }
        let reason =
            "Step \(rollout.stepIndex + 1) of \(schedule.count) took longer than its \(deadline.seconds) s" + stillAwaited(schedule)
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
