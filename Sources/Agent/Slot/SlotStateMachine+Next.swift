import GraftAPI

extension SlotStateMachine {
    /// What to do now. Asked again with the same inputs and nothing finished in between, it gives the same answer.
    package mutating func next(_ inputs: SlotInputs) -> SlotAction {
        let action = decide(inputs)
        if record.step == .resting { forgetUnneeded(asked) }
        forgetEvidence()
        return action
    }

    private mutating func decide(_ inputs: SlotInputs) -> SlotAction {
        if isFresh { takeUp(inputs) }
        noteTrust(inputs)
        if suspicions != inputs.suspicions { (suspicions, isRestored, isRouted) = (inputs.suspicions, false, false) }
        refusal = nil
        isWorkingAhead = false
        let plan = obeyedPlan(inputs)
        asked = plan
        if record.step.needsTurn, !inputs.mayActivate { return .wait(until: nil) }
        if !isRestored, !record.step.needsTurn {
            guard let active = record.active else {
                isRestored = true
                return decide(inputs)
            }
            return paused(inputs) ?? .restore(active)
        }
        if !isRouted, !record.step.needsTurn, let active = record.active, let canary = record.canary, !mustLeave(canary, inputs) {
            return paused(inputs) ?? .route(canary, beside: active)
        }
        switch record.step {
        case .activating:
            // Taken up after a restart: it may be refused since.
            if inputs.isDistrusted(record.candidate!), mayGoBack(inputs) { return goBack(inputs) }
            return activation()
        case .probing: return nextWhileProbing(plan, inputs)
        case .reverting: return nextWhileReverting(inputs)
        case .unloading: return paused(inputs) ?? .unload
        case .soaking, .resting:
            endSoakIfOver(inputs)
            return stageAhead(insteadOf: nextAtRest(plan, inputs), plan, inputs)
        }
    }

    /// The agent ends by itself: what is under way is not held against the module at the next start.
    package mutating func endCleanly() {
        guard record.step != .resting else { return }
        record.endedCleanly = true
    }

    /// The plan this slot obeys, taken in: owner, echo of the rollout, and when a lost owner is given up.
    private mutating func obeyedPlan(_ inputs: SlotInputs) -> SlotPlan? {
        if let plan = SlotPlan.choose(from: inputs.plans, owner: record.owner) {
            orphanedAt = nil
            // Between two steps of a load the slot finishes what it began under the plan it began with.
            if !record.step.needsTurn || record.owner == nil {
                record.owner = plan.owner
                record.rollout = plan.rollout
            }
            return plan
        }
        guard record.owner != nil, inputs.isSynced else { return nil }
        if record.active == nil, record.step == .resting {
            record.owner = nil
            return inputs.plans.isEmpty ? nil : obeyedPlan(inputs)
        }
        if orphanedAt == nil { orphanedAt = inputs.now }
        if !inputs.plans.isEmpty, record.step == .resting, inputs.now >= orphanedAt! + policy.releaseAfter {
            record.owner = nil
            return obeyedPlan(inputs)
        }
        return nil
    }

    /// Keeps what is in use, what the plan names, and the versions that were active most recently.
    private mutating func forgetUnneeded(_ plan: SlotPlan?) {
        // Without a plan nobody knows what it will name.
        guard let plan else { return }
        var others = policy.keptVersions
        let kept = record.staged.filter { installed in
            if installed == record.active || installed == record.canary?.installed || installed == pipeline?.installed { return true }
            if installed == ahead?.pipeline.installed { return true }
            if plan.named.contains(where: { installed.isNamed(by: $0, in: plan.owner.namespace) }) { return true }
            guard installed.revision != record.rejected?.revision else { return false }
            others -= 1
            return others >= 0
        }
        if kept.count < record.staged.count { record.staged = kept }
    }

    private mutating func nextWhileProbing(_ plan: SlotPlan?, _ inputs: SlotInputs) -> SlotAction {
        let candidate = record.candidate!
        let isEvicted = inputs.quarantine(of: candidate)?.action == .evict
        // What is loaded anew serves already: whatever is wanted next begins when that has answered.
        let isUnwanted = record.restart == nil && (plan.map { !asksFor(candidate, $0) } ?? false)
        let isRefused = inputs.isDistrusted(candidate) && !(record.active.map(inputs.isDistrusted) ?? false)
        if isEvicted || isUnwanted || isRefused, mayGoBack(inputs) {
            return goBack(inputs)
        }
        if probe.deadline == nil { probe.deadline = inputs.now + policy.probeDeadline }
        if inputs.now < probe.next { return .wait(until: probe.next) }
        return .probe(candidate)
    }

    private func asksFor(_ installed: InstalledRevision, _ plan: SlotPlan) -> Bool {
        guard plan.action == .run else { return false }
        // Where calls are to be divided, what has the others comes first, for all of them.
        let wanted = plan.rule != nil && record.candidateRule == nil ? plan.beneath : plan.target
        return wanted.map { installed.isNamed(by: $0, in: plan.owner.namespace) } ?? (record.candidateRule == nil)
    }

    /// Whether what was active before may be loaded again. Nothing to go back to is something one can always go back to.
    private func mayGoBack(_ inputs: SlotInputs) -> Bool {
        record.active.map { inputs.quarantine(of: $0) == nil } ?? true
    }

    mutating func goBack(_ inputs: SlotInputs) -> SlotAction {
        beginReverting()
        setback = nil
        return nextWhileReverting(inputs)
    }

    private mutating func nextWhileReverting(_ inputs: SlotInputs) -> SlotAction {
        // What held up the load that is being undone holds up nothing here.
        if setback?.revision == nil, let pause = paused(inputs) { return pause }
        guard probe.isConfirming, let active = record.active else { return .revert(record.active) }
        if probe.deadline == nil { probe.deadline = inputs.now + policy.probeDeadline }
        if inputs.now < probe.next { return .wait(until: probe.next) }
        return .probe(active)
    }

    /// Nil when no setback holds the slot up.
    func paused(_ inputs: SlotInputs) -> SlotAction? {
        guard let setback, inputs.now < setback.until, setback.policyStamp == inputs.policyStamp else { return nil }
        return .wait(until: setback.until)
    }
}
