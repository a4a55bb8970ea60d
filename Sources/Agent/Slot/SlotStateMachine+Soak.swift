import GraftAPI

extension SlotStateMachine {
    /// Nothing is asked: the soak goes on, or the slot sleeps.
    mutating func watch(_ inputs: SlotInputs) -> SlotAction { attend(until: nil, inputs) }

    /// Waits for a moment, and watches what soaks meanwhile.
    mutating func attend(until moment: Duration?, _ inputs: SlotInputs) -> SlotAction {
        guard record.step == .soaking, let watched else { return sleep(until: moment, inputs) }
        if inputs.now >= probe.next { return .probe(watched) }
        return .wait(until: [probe.next, probe.soakUntil!, moment ?? probe.next].min()!)
    }

    /// What was watched for long enough has proved itself.
    mutating func endSoakIfOver(_ inputs: SlotInputs) {
        guard record.step == .soaking else { return }
        if probe.soakUntil == nil { probe.soakUntil = inputs.now + policy.soak }
        guard inputs.now >= probe.soakUntil! else { return }
        record.step = .resting
        record.restart = nil
        record.fallback = nil
        record.process = nil
        record.attempts = 0
        probe = ProbeProgress()
    }

    private func sleep(until moment: Duration?, _ inputs: SlotInputs) -> SlotAction {
        let release = orphanedAt.flatMap { inputs.plans.isEmpty ? nil : $0 + policy.releaseAfter }
        guard let release, release > inputs.now else { return .wait(until: moment) }
        return .wait(until: min(moment ?? release, release))
    }

    /// The plan goes back while what it goes back from is still being watched: straight back, without another soak.
    mutating func goBackFromSoak(_ inputs: SlotInputs) -> SlotAction {
        guard inputs.mayActivate else { return watch(inputs) }
        record.active = record.fallback
        record.activeSince = record.fallbackSince
        record.fallback = nil
        return goBack(inputs)
    }

    mutating func beginUnloading(_ inputs: SlotInputs) -> SlotAction {
        guard record.active != nil else { return watch(inputs) }
        guard policy.features.contains("unload") else {
            refusal = .unsupported(["unload"])
            return watch(inputs)
        }
        guard inputs.mayActivate else { return watch(inputs) }
        record.step = .unloading
        record.restart = nil
        record.fallback = nil
        return .unload
    }

    /// What runs must go: for what the plan asks if that is another, else for the newest version here that may run, else for nothing.
    mutating func evict(_ active: InstalledRevision, _ plan: SlotPlan?, _ inputs: SlotInputs) -> SlotAction {
        // Nothing is chosen before it is known what may be.
        guard inputs.isJudged else { return watch(inputs) }
        let allowed = record.staged.filter { $0 != active && inputs.mayReplace($0) && $0.revision != record.rejected?.revision }
        let wanted = plan.flatMap { plan in
            // A part of the calls is what the plan gives it, not all.
            (plan.rule == nil ? plan.target : nil).flatMap { target in allowed.first { $0.isNamed(by: target, in: plan.owner.namespace) } }
        }
        guard let replacement = wanted ?? allowed.first else {
            if let plan, plan.action == .run, let target = plan.target, !active.isNamed(by: target, in: plan.owner.namespace),
                inputs.quarantine(of: target, in: plan.owner.namespace) == nil,
                record.rejected?.revision != target.revision
            {
                // There is nothing left that could have the other calls.
                var whole = plan
                whole.rule = nil
                return pursue(target, whole, inputs)
            }
            return beginUnloading(inputs)
        }
        guard inputs.mayActivate else { return watch(inputs) }
        return begin(replacement)
    }
}
