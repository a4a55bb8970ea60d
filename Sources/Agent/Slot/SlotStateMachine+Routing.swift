import GraftAPI

extension SlotStateMachine {
    /// What is watched while it soaks: the version that came last.
    var watched: InstalledRevision? { record.canary?.installed ?? record.active }

    /// Puts the candidate in place: for all calls, or beside what is active.
    func activation() -> SlotAction {
        let candidate = record.candidate!
        if record.restart != nil { return .reload(candidate) }
        guard let rule = record.candidateRule, let active = record.active else { return .activate(candidate) }
        return .route(RoutedCanary(installed: candidate, rule: rule), beside: active)
    }

    /// The plan wants calls divided: what is stable is active, and the canary beside it, by the rule of the plan.
    mutating func nextDivided(_ target: RevisionReference, _ rule: DividingRule, _ plan: SlotPlan, _ inputs: SlotInputs) -> SlotAction {
        let namespace = plan.owner.namespace
        if let canary = record.canary, canary.rule == rule, canary.installed.isNamed(by: target, in: namespace) {
            return keepPrevious(plan, inputs) ?? watch(inputs)
        }
        if isRejected(target, plan) { return watch(inputs) }
        if let stable = plan.beneath, record.active.map({ !$0.isNamed(by: stable, in: namespace) }) ?? true {
            // A host that was not there when the stable version came, or has the canary for all calls.
            return isRejected(stable, plan) ? watch(inputs) : pursue(stable, plan, inputs)
        }
        // With nothing, or with itself, it can't be divided.
        guard let active = record.active, !active.isNamed(by: target, in: namespace) else { return watch(inputs) }
        return pursue(target, plan, inputs)
    }

    private func isRejected(_ reference: RevisionReference, _ plan: SlotPlan) -> Bool {
        record.rejected.map { $0.rollout == plan.rollout && $0.revision == reference.revision } ?? false
    }

    /// Whether what is beside the active version has to go, whatever the plan says: it may not run any more, or the host can't have it.
    func mustLeave(_ canary: RoutedCanary, _ inputs: SlotInputs) -> Bool {
        if inputs.quarantine(of: canary.installed)?.action == .evict || !policy.features.contains(GraftAPI.routingFeature) { return true }
        // What serves already is there for all calls; unless that is refused as well.
        return inputs.isDistrusted(canary.installed) && !(record.active.map(inputs.isDistrusted) ?? true)
    }

    /// Whether the plan asks for what is beside the active version, for these calls or others.
    func asks(for canary: RoutedCanary, _ plan: SlotPlan) -> Bool {
        plan.action == .run && plan.target.map { canary.installed.isNamed(by: $0, in: plan.owner.namespace) } ?? false
    }

    /// All calls go back to the active version, which serves already.
    mutating func withdraw(_ inputs: SlotInputs) -> SlotAction {
        inputs.mayActivate ? goBack(inputs) : watch(inputs)
    }

    /// What was active is put back, or stays, for all calls.
    mutating func beginReverting() {
        record.step = .reverting
        record.candidate = nil
        record.candidateRule = nil
        record.canary = nil
        record.restart = nil
        probe = ProbeProgress()
    }

    /// The candidate serves its part of the calls.
    mutating func promoteBeside(_ revision: InstalledRevision, _ rule: DividingRule, _ process: String?, _ inputs: SlotInputs) {
        if record.canary?.installed != revision { record.canarySince = inputs.wallTime }
        record.canary = RoutedCanary(installed: revision, rule: rule)
        record.candidate = nil
        record.candidateRule = nil
        record.process = process
        disturbances = 0
        record.step = .soaking
        if !record.staged.contains(revision) { record.staged.append(revision) }
        probe = ProbeProgress(next: inputs.now + policy.soakInterval, soakUntil: inputs.now + policy.soak, process: process)
        setback = nil
        (isRestored, isRouted) = (true, true)
    }

    /// What was routed is seen to after a start, or after somebody else changed it. What can't be put right leaves; the plan brings it again.
    mutating func finishRouting(_ result: Result<SlotOutcome, SlotFailure>, _ inputs: SlotInputs) {
        switch result {
        case .success(let outcome):
            (isRouted, setback) = (true, nil)
            if case .restored(let mended?) = outcome { record.tampering = mended }
        case .failure(let failure) where failure.kind == .unreachable: suffer(failure, nil, inputs)
        case .failure(let failure):
            if failure.reason == SlotFailure.tampered { record.tampering = failure.message }
            beginReverting()
            setback = nil
        }
    }
}
