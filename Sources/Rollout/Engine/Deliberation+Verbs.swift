import GraftAPI
import KubeCore

extension Deliberation {
    /// Does what people ask for by annotation. What means nothing (any more) is consumed as well, and said so.
    func obeyVerbs() {
        consumed = observation.verbs.annotations
        if let abort = observation.verbs.abort { obeyAbort(VerbTarget(abort)) }
        if let promote = observation.verbs.promote { obeyPromote(VerbTarget(promote)) }
        if let retry = observation.verbs.retry { obeyRetry(retry) }
    }

    private func obeyAbort(_ verb: VerbTarget) {
        guard isRunning, rollout.id == verb.rollout else { return ignore("abort", "rollout \(verb.rollout) is not in progress.") }
        guard isForward else { return ignore("abort", "rollout \(verb.rollout) goes back already.") }
        retreat(.aborted, reason: "Rollout \(verb.rollout) was aborted by annotation.")
    }

    private func obeyPromote(_ verb: VerbTarget) {
        guard isRunning, rollout.id == verb.rollout, rollout.kind == .steps else {
            return ignore("promote", "rollout \(verb.rollout) is not in progress.")
        }
        let schedule = StepSchedule(strategy.steps)
        if verb.step == "full" {
            guard rollout.stepIndex < schedule.lastWeight else { return ignore("promote", "the last step has begun already.") }
            events.append(.promoted("to all hosts, without further steps"))
            _ = enterStep(schedule.lastWeight, schedule, nil)
            return
        }
        guard let index = verb.step.flatMap({ Int($0) }), index == rollout.stepIndex else {
            return ignore("promote", "rollout \(rollout.id) is at step index \(rollout.stepIndex), not \(verb.step ?? "named").")
        }
        guard case .pause = schedule.stage(index) else {
            return ignore("promote", "step index \(index) is no pause; it ends by itself.")
        }
        events.append(.promoted("step \(index + 1) of \(schedule.count)"))
        _ = enterStep(index + 1, schedule, nil)
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

    private func ignore(_ verb: String, _ reason: String) { events.append(.verbIgnored(verb, reason: reason)) }
}
