import GraftAPI

extension SlotStateMachine {
    /// Between two loads: what the plan asks for is obtained and begun; what soaks is watched.
    mutating func nextAtRest(_ plan: SlotPlan?, _ inputs: SlotInputs) -> SlotAction {
        if inputs.isHeld {
            if plan?.action == .unload || !isSatisfied(plan) { refusal = .held }
            return watch(inputs)
        }
        if let canary = record.canary, mustLeave(canary, inputs) { return withdraw(inputs) }
        if let active = record.active, inputs.quarantine(of: active)?.action == .evict { return evict(active, plan, inputs) }
        guard let plan else { return watch(inputs) }
        // Absence unloads nothing; but a plan that asks for something else, or for nothing, leaves a canary no calls.
        if let canary = record.canary, !asks(for: canary, plan) { return withdraw(inputs) }
        let missing = plan.requires.filter { !policy.features.contains($0) }
        if !missing.isEmpty {
            refusal = .unsupported(missing)
            return watch(inputs)
        }
        if plan.action == .unload { return beginUnloading(inputs) }
        guard let target = plan.target else { return watch(inputs) }
        if let rule = plan.rule { return nextDivided(target, rule, plan, inputs) }
        if let active = record.active, active.isNamed(by: target, in: plan.owner.namespace) {
            if let restart = restartDue(plan) { return self.restart(active, for: restart, plan, inputs) }
            return keepPrevious(plan, inputs) ?? watch(inputs)
        }
        if let rejected = record.rejected, rejected.rollout == plan.rollout, rejected.revision == target.revision { return watch(inputs) }
        if let fallback = record.fallback, record.step == .soaking, fallback.isNamed(by: target, in: plan.owner.namespace),
            inputs.mayReplace(fallback)
        {
            return goBackFromSoak(inputs)
        }
        return pursue(target, plan, inputs)
    }

    /// Whether the plan, if there is one, asks for nothing else than what is active.
    func isSatisfied(_ plan: SlotPlan?) -> Bool {
        guard let plan else { return true }
        guard plan.action == .run else { return record.active == nil }
        guard let target = plan.target else { return record.canary == nil }
        if let rule = plan.rule { return record.canary.map { $0.rule == rule && asks(for: $0, plan) } ?? false }
        return record.canary == nil && record.active?.isNamed(by: target, in: plan.owner.namespace) ?? false && restartDue(plan) == nil
    }

    /// Brings the target here, and what to go back to, and begins to load it.
    mutating func pursue(_ target: RevisionReference, _ plan: SlotPlan, _ inputs: SlotInputs) -> SlotAction {
        let namespace = plan.owner.namespace
        if let quarantine = inputs.quarantine(of: target, in: namespace) { return refuse(quarantine, inputs) }
        let known = record.staged.first { $0.isNamed(by: target, in: namespace) }
        if let known, let quarantine = inputs.quarantine(of: known) { return refuse(quarantine, inputs) }
        let appointment = appointment(for: target, plan, inputs)
        // What the fleet would go back to comes first. What is here already waits for nothing that is not.
        if known == nil, let previous = plan.previous, previous != target,
            !record.staged.contains(where: { $0.isNamed(by: previous, in: namespace) }),
            inputs.quarantine(of: previous, in: namespace) == nil
        {
            return obtain(previous, namespace, appointment, inputs)!
        }
        if let action = obtain(target, namespace, appointment, inputs) { return action }
        let candidate = pipeline!.installed!
        if let quarantine = inputs.quarantine(of: candidate) { return refuse(quarantine, inputs) }
        // Where nothing runs there is nothing to go back from.
        if target == plan.target, plan.isForward || record.active == nil, let lack = inputs.unmetNeeds[candidate] {
            refusal = .needUnmet(lack)
            return attend(until: nil, inputs)
        }
        if inputs.now < appointment.activateAt { return attend(until: appointment.activateAt, inputs) }
        guard inputs.mayActivate else { return attend(until: nil, inputs) }
        return begin(candidate, by: target == plan.target ? plan.rule : nil)
    }

    /// - Parameters:
    ///   - rule: by which it gets a part of the calls; nil: it gets all.
    ///   - restart: for which it is loaded anew, being active already.
    mutating func begin(_ candidate: InstalledRevision, by rule: DividingRule? = nil, for restart: Instant? = nil) -> SlotAction {
        record.step = .activating
        record.candidate = candidate
        record.candidateRule = rule
        record.restart = restart
        record.fallback = nil
        record.attempts = 1
        record.rejected = nil
        pipeline = nil
        probe = ProbeProgress()
        return activation()
    }

    /// The next thing to do to have a revision verified and staged; nil when it is.
    mutating func obtain(
        _ reference: RevisionReference, _ namespace: String, _ appointment: Appointment, _ inputs: SlotInputs
    ) -> SlotAction? {
        if pipeline?.reference != reference || pipeline?.namespace != namespace {
            let known = record.staged.first { $0.isNamed(by: reference, in: namespace) }
            pipeline = Pipeline(reference: reference, namespace: namespace, stage: known == nil ? .fetch : .verify, installed: known)
        }
        // What was verified by other policies is verified again before it is loaded.
        if pipeline!.stage == .stage || pipeline!.stage == .ready, pipeline!.stamp != inputs.policyStamp { pipeline!.stage = .verify }
        if let about = setback?.revision, about != reference.revision { setback = nil }
        if paused(inputs) != nil { return attend(until: setback!.until, inputs) }
        switch pipeline!.stage {
        case .fetch where inputs.now < appointment.fetchAt: return attend(until: appointment.fetchAt, inputs)
        case .fetch: return .fetch(reference, namespace: namespace)
        case .verify: return .verify(pipeline!.installed!)
        case .stage: return .stage(pipeline!.installed!)
        case .ready: return nil
        }
    }

    /// When this host's turn is. Fixed when the plan first asks for it, so that waiting does not move it.
    mutating func appointment(for target: RevisionReference, _ plan: SlotPlan, _ inputs: SlotInputs) -> Appointment {
        if let appointment, appointment.rollout == plan.rollout, appointment.revision == target.revision { return appointment }
        // A host that serves nothing takes nothing away by loading at once.
        let spread = inputs.isReturning && record.active != nil ? policy.returnSpread * plan.place : .zero
        let made = Appointment(
            rollout: plan.rollout, revision: target.revision, fetchAt: inputs.now + policy.fetchSpread * inputs.random,
            activateAt: inputs.now + spread)
        appointment = made
        return made
    }

    /// Has what the plan names as previous beside the active version, without holding anything up.
    mutating func keepPrevious(_ plan: SlotPlan, _ inputs: SlotInputs) -> SlotAction? {
        let namespace = plan.owner.namespace
        // What soaks is watched without interruption.
        guard record.step == .resting, let previous = plan.previous,
            !record.staged.contains(where: { $0.isNamed(by: previous, in: namespace) }),
            inputs.quarantine(of: previous, in: namespace) == nil
        else {
            pipeline = nil
            return nil
        }
        if setback?.revision == previous.revision, paused(inputs) != nil { return nil }
        return obtain(previous, namespace, appointment(for: previous, plan, inputs), inputs)
    }

    mutating func refuse(_ quarantine: ModuleQuarantineSpec, _ inputs: SlotInputs) -> SlotAction {
        refusal = .quarantined(quarantine.reason)
        pipeline = nil
        return watch(inputs)
    }
}
