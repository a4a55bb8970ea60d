import GraftAPI
import KubeCore

extension Deliberation {
    /// Goes on when everything that the step waits for has succeeded; nil while it has not, or waits for something else.
    func passChecks(_ schedule: StepSchedule, _ roster: Roster) -> Bool? {
        guard schedule.isChecked(rollout.stepIndex), case let checks = stepChecks(schedule), !checks.isEmpty,
            checks.allSatisfy({ $0.phase == .successful })
        else { return nil }
        if case .soak = schedule.stage(rollout.stepIndex) { return nil }
        tellPassed(schedule)
        return enterStep(rollout.stepIndex + 1, schedule, roster)
    }

    /// With the numbers that it is left for.
    func tellPassed(_ schedule: StepSchedule) {
        let numbers = stepChecks(schedule).map { CheckText($0, strategy).progress }.joined(separator: "; ")
        if !numbers.isEmpty { events.append(.checksPassed(numbers, number: rollout.stepIndex + 1, of: schedule.count)) }
    }

    /// Says what is being waited for.
    func awaitChecks(_ schedule: StepSchedule) -> Bool {
        let waiting = stepChecks(schedule).filter { !$0.phase.isCompleted }
        let sentence = waiting.map { CheckText($0, strategy).progress }.joined(separator: "; ")
        situation = waiting.contains { $0.kind == .webhook } ? .awaitingVerdict(sentence) : .analysing(sentence)
        return false
    }

    /// Whether a soak has to wait for samples although its time is over.
    func awaitsSamples(_ goal: SampleGoal?, until end: Timestamp, _ schedule: StepSchedule) -> Bool {
        guard goal != nil, now >= end, let check = stepChecks(schedule).first, check.phase != .successful else { return false }
        situation = .awaitingSamples(CheckText(check, strategy).progress)
        return true
    }

    /// What a step waited for until its time was over, in words; empty where its hosts are all there is to wait for.
    func stillAwaited(_ schedule: StepSchedule) -> String {
        if case .approval(let approvers) = schedule.stage(rollout.stepIndex) {
            return ". It waited for the approval of one of \(approvers.joined(separator: ", "))"
        }
        guard schedule.isChecked(rollout.stepIndex) else { return "" }
        let waiting = stepChecks(schedule).filter { !$0.phase.isCompleted }.map { CheckText($0, strategy).standing }
        return waiting.isEmpty ? "" : ". It waited for \(waiting.joined(separator: "; "))"
    }

    private func stepChecks(_ schedule: StepSchedule) -> [CheckStatus] {
        let wanted = WantedChecks(strategy, schedule, at: rollout.stepIndex).step
        return rollout.checks.filter { check in wanted.contains { $0.isOfSameThing(as: check) } }
    }
}
