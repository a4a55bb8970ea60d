import GraftAPI

extension SlotStateMachine {
    /// A revision that is brought here before its turn, beside what the slot does otherwise.
    struct Ahead: Sendable, Hashable {
        var rollout: String
        var pipeline: Pipeline
        /// This host's turn to fetch, by its rank: a fleet that is asked at once doesn't ask its registry at once.
        var fetchAt: Duration
        var setback: Setback?
    }

    /// What to do instead of waiting: judge and stage what the plan has staged ahead. Nothing of it is activated, and whatever else there is to do comes
    /// first.
    mutating func stageAhead(insteadOf action: SlotAction, _ plan: SlotPlan?, _ inputs: SlotInputs) -> SlotAction {
        isWorkingAhead = false
        forgetAnswer(plan)
        guard let plan, plan.action == .run, let reference = plan.ahead, refusal == nil, !inputs.isHeld, record.step == .resting else {
            if plan?.ahead == nil { ahead = nil }
            return action
        }
        guard case .wait(let moment) = action else { return action }
        begin(staging: reference, plan, inputs)
        if let quarantine = quarantine(ofAhead: reference, plan.owner.namespace, inputs) {
            answer(.failed, plan, reason: "Quarantined", message: "a ModuleQuarantine covers it: \(quarantine.reason)")
            return action
        }
        // What was judged by other policies is judged again.
        let pipeline = ahead!.pipeline
        if pipeline.stage == .stage || pipeline.stage == .ready, pipeline.stamp != inputs.policyStamp { ahead!.pipeline.stage = .verify }
        if let setback = ahead!.setback, inputs.now < setback.until, setback.policyStamp == inputs.policyStamp {
            return wait(until: setback.until, moment)
        }
        isWorkingAhead = true
        switch ahead!.pipeline.stage {
        case .fetch where inputs.now < ahead!.fetchAt:
            isWorkingAhead = false
            return wait(until: ahead!.fetchAt, moment)
        case .fetch: return .fetch(reference, namespace: plan.owner.namespace)
        case .verify: return .verify(ahead!.pipeline.installed!)
        case .stage: return .stage(ahead!.pipeline.installed!)
        case .ready:
            isWorkingAhead = false
            answer(.staged, plan)
            return action
        }
    }

    private func wait(until turn: Duration, _ moment: Duration?) -> SlotAction { .wait(until: moment.map { min($0, turn) } ?? turn) }

    private mutating func begin(staging reference: RevisionReference, _ plan: SlotPlan, _ inputs: SlotInputs) {
        let namespace = plan.owner.namespace
        if let ahead, ahead.rollout == plan.rollout, ahead.pipeline.reference == reference, ahead.pipeline.namespace == namespace { return }
        let known = record.staged.first { $0.isNamed(by: reference, in: namespace) }
        let pipeline = Pipeline(reference: reference, namespace: namespace, stage: known == nil ? .fetch : .verify, installed: known)
        ahead = Ahead(rollout: plan.rollout, pipeline: pipeline, fetchAt: inputs.now + policy.aheadSpread * plan.place)
    }

    private func quarantine(ofAhead reference: RevisionReference, _ namespace: String, _ inputs: SlotInputs) -> ModuleQuarantineSpec? {
        inputs.quarantine(of: reference, in: namespace) ?? ahead?.pipeline.installed.flatMap { inputs.quarantine(of: $0) }
    }

    /// An answer stands until another rollout begins, or the host is asked to run what it is about: what it says then says more.
    private mutating func forgetAnswer(_ plan: SlotPlan?) {
        guard let answer = record.ahead, let plan else { return }
        if answer.rollout != plan.rollout || answer.revision == plan.target?.revision { record.ahead = nil }
    }

    /// Told anew only when the state or the reason is another: a registry that fails in ever new words causes no writes.
    private mutating func answer(_ state: StagedAhead.State, _ plan: SlotPlan, reason: String? = nil, message: String? = nil) {
        guard let revision = plan.ahead?.revision else { return }
        if let before = record.ahead, before.rollout == plan.rollout, before.revision == revision, before.state == state,
            before.reason == reason
        {
            return
        }
        record.ahead = StagedAhead(
            rollout: plan.rollout, revision: revision, state: state, reason: reason,
            message: message.map { String($0.unicodeScalars.prefix(1000)) })
    }

    /// Takes in what came of an action for what is staged ahead.
    /// - Returns: whether the action was for that.
    mutating func finishAhead(_ action: SlotAction, _ result: Result<SlotOutcome, SlotFailure>, _ inputs: SlotInputs) -> Bool {
        guard isWorkingAhead, ahead != nil else { return false }
        switch (action, result) {
        case (.fetch, .success(.fetched(let installed))): advanceAhead(to: .verify, installed)
        case (.verify(let installed), .success(.verified(let evidenceHash, let stamp))):
            advanceAhead(to: .stage, installed)
            ahead!.pipeline.stamp = stamp
            record.evidence[installed] = evidenceHash
        case (.stage(let installed), .success):
            advanceAhead(to: .ready, installed)
            if !record.staged.contains(installed) { record.staged.append(installed) }
        case (.fetch, .failure(let failure)): sufferAhead(failure, inputs)
        case (.verify(let installed), .failure(let failure)), (.stage(let installed), .failure(let failure)):
            sufferAhead(failure, inputs)
            // What is not here, or no longer whole, is fetched again.
            guard failure.reason == SlotFailure.missing || failure.reason == SlotFailure.damaged else { return true }
            if installed != record.active { record.staged.removeAll { $0 == installed } }
            ahead!.pipeline.stage = .fetch
            ahead!.pipeline.installed = nil
        default: return false
        }
        return true
    }

    private mutating func advanceAhead(to stage: Pipeline.Stage, _ installed: InstalledRevision) {
        ahead!.pipeline.stage = stage
        ahead!.pipeline.installed = installed
        ahead!.setback = nil
    }

    private mutating func sufferAhead(_ failure: SlotFailure, _ inputs: SlotInputs) {
        let count = (ahead!.setback?.count ?? 0) + 1
        ahead!.setback = Setback(
            revision: ahead!.pipeline.reference.revision, failure: failure, count: count, until: inputs.now + pause(count, inputs),
            policyStamp: inputs.policyStamp)
        if let asked { answer(.failed, asked, reason: failure.reason, message: failure.message) }
    }

    /// What the host says of it; nil when nothing is staged ahead, or it was long ago.
    var aheadStatus: StagedAhead? {
        if let answer = record.ahead, answer.rollout == record.rollout { return answer }
        guard let asked, let reference = asked.ahead else { return nil }
        return StagedAhead(rollout: asked.rollout, revision: reference.revision, state: .staging)
    }
}
