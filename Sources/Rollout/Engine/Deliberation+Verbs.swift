import GraftAPI
import KubeCore

extension Deliberation {
    /// Does what people ask for by annotation. What means nothing (any more) is consumed as well, and said so.
    /// While the spec pauses everything they wait, but for an abort, which wins from every state.
    func obeyVerbs() {
        let abort = observation.verbs.abort
        if spec.paused {
            guard let abort else { return }
            consumed = [GraftAPI.abortAnnotation]
            return obeyAbort(VerbTarget(abort))
        }
        consumed = observation.verbs.annotations
        if let abort { obeyAbort(VerbTarget(abort)) }
        if let approve = observation.verbs.approve { obeyApprove(VerbTarget(approve)) }
        if let reason = observation.verbs.overrideFreeze { obeyOverride(reason) }
        if let promote = observation.verbs.promote { obeyPromote(VerbTarget(promote)) }
        if let retry = observation.verbs.retry { obeyRetry(retry) }
        if let restart = observation.verbs.restart { obeyRestart(VerbTarget(restart)) }
    }

    private func obeyAbort(_ verb: VerbTarget) {
        guard isRunning, rollout.id == verb.rollout else { return ignore("abort", "rollout \(verb.rollout) is not in progress.") }
        guard isForward else {
            guard isHeldByPause else { return ignore("abort", "rollout \(verb.rollout) goes back already.") }
            // It has its cause, which says why; what was asked for is that nothing holds it.
            rollout.isAborted = true
            return events.append(.released(rollout: rollout.id))
        }
        retreat(.aborted, reason: "Rollout \(verb.rollout) was aborted by annotation.")
    }

    private func obeyPromote(_ verb: VerbTarget) {
        guard isRunning, rollout.id == verb.rollout, rollout.kind != .return else {
            return ignore("promote", "rollout \(verb.rollout) is not in progress.")
        }
        if rollout.overdue != nil, verb.step == String(rollout.stepIndex) { return goOn() }
        guard rollout.kind == .steps || isAtPreflight else { return ignore("promote", "rollout \(verb.rollout) has no steps.") }
        let schedule = StepSchedule(strategy)
        if verb.step == "full" { return promoteFully(schedule) }
        guard let index = verb.step.flatMap({ Int($0) }), index == rollout.stepIndex else {
            return ignore("promote", "rollout \(rollout.id) is at step index \(rollout.stepIndex), not \(verb.step ?? "named").")
        }
        if case .goBack(_, let reason)? = checkVerdict() { return ignore("promote", reason.asSentence) }
        switch schedule.stage(index) {
        case .pause, .soak, .preflight, .analysis, .webhook:
            events.append(.promoted("step \(index + 1) of \(schedule.count)"))
            _ = enterStep(index + 1, schedule, nil)
        case .approval: ignore("promote", "step index \(index) needs an approval.")
        case .weight, .traffic: ignore("promote", "step index \(index) is no pause; it ends by itself.")
        }
    }

    /// Past all steps, up to the next one that needs an approval.
    private func promoteFully(_ schedule: StepSchedule) {
        guard rollout.stepIndex < schedule.last else { return ignore("promote", "the last step has begun already.") }
        if case .approval = schedule.stage(rollout.stepIndex) {
            return ignore("promote", "step index \(rollout.stepIndex) needs an approval.")
        }
        if case .goBack(_, let reason)? = checkVerdict() { return ignore("promote", reason.asSentence) }
        let isFirst = rollout.kind == .initial
        let next = isFirst ? schedule.last : schedule.fullPromotion(from: rollout.stepIndex)
        _ = dismissInconclusive()
        if next == schedule.last, !isFirst { skipBackground() }
        events.append(
            .promoted(next == schedule.last ? "to all hosts, without further steps" : "to step \(next + 1), which needs an approval"))
        _ = enterStep(next, schedule, nil)
    }

    /// After a deadline that stopped it: the same deadline begins anew. After an analysis that was inconclusive: past its step.
    private func goOn() {
        let what = isInconclusive ? "past an analysis that is inconclusive" : "past a deadline"
        events.append(.promoted(what))
        rollout.overdue = nil
        if dismissInconclusive() {
            _ = enterStep(rollout.stepIndex + 1, StepSchedule(strategy), nil)
            return
        }
        rollout.stepStartTime = Instant(now)
        rollout.progress.time = Instant(now)
        rollout.progress.activatingSince = nil
    }

    private func obeyApprove(_ verb: VerbTarget) {
        guard isRunning, rollout.id == verb.rollout, rollout.kind == .steps else {
            return ignore("approve", "rollout \(verb.rollout) is not in progress.")
        }
        let parts = (verb.step ?? "").split(separator: "/", maxSplits: 1).map(String.init)
        let schedule = StepSchedule(strategy)
        guard parts.count == 2, parts[0] == String(rollout.stepIndex), case .approval(let approvers) = schedule.stage(rollout.stepIndex)
        else {
            return ignore("approve", "rollout \(rollout.id) is at step index \(rollout.stepIndex); that is not the step which is approved.")
        }
        guard approvers.contains(parts[1]) else {
            return ignore("approve", "\(parts[1]) is none of the approvers: \(approvers.joined(separator: ", ")).")
        }
        events.append(.approved(number: rollout.stepIndex + 1, of: schedule.count, by: parts[1]))
        _ = enterStep(rollout.stepIndex + 1, schedule, nil)
    }

    private func obeyRetry(_ revision: String) {
        guard observation.wanted.revision == revision, var facts = revisions[revision] else {
            return ignore("retry", "\(revision) is not what the spec asks for.")
        }
        if let quarantine = facts.quarantine {
            return ignore("retry", "\(facts.version) is quarantined; delete ModuleQuarantine \(quarantine.name) to have it tried again.")
        }
        guard facts.isCondemned else { return ignore("retry", "\(facts.version) is \(facts.outcome.rawValue); there is nothing to retry.") }
        judge(facts.reference, .unproven, "To be tried again.")
        facts.outcome = .unproven
        events.append(.retried(revision))
    }

    func ignore(_ verb: String, _ reason: String) { events.append(.verbIgnored(verb, reason: reason)) }
}
