import GraftAPI

extension SlotStateMachine {
    /// The host can be told to load anew what it runs.
    var canRestart: Bool { policy.features.contains(GraftAPI.restartFeature) }

    /// The restart that is asked for and not done yet, of what is active and wanted; nil as well where it failed in this rollout, or can't be done.
    func restartDue(_ plan: SlotPlan) -> Instant? {
        guard let restart = plan.restart, restart != record.restarted, canRestart, plan.action == .run, plan.rule == nil,
            record.canary == nil, let target = plan.target, let active = record.active,
            active.isNamed(by: target, in: plan.owner.namespace)
        else { return nil }
        if let rejected = record.rejected, rejected.rollout == plan.rollout, rejected.revision == target.revision { return nil }
        return restart
    }

    /// Verifies and stages what is active as if it were new, and has the host load it anew.
    mutating func restart(_ active: InstalledRevision, for restart: Instant, _ plan: SlotPlan, _ inputs: SlotInputs) -> SlotAction {
        // What soaks is watched without interruption.
        guard record.step == .resting, let target = plan.target else { return watch(inputs) }
        if let quarantine = inputs.quarantine(of: active) { return refuse(quarantine, inputs) }
        let appointment = appointment(for: target, plan, inputs)
        if let action = obtain(target, plan.owner.namespace, appointment, inputs) { return action }
        if inputs.now < appointment.activateAt { return attend(until: appointment.activateAt, inputs) }
        guard inputs.mayActivate else { return attend(until: nil, inputs) }
        return begin(active, for: restart)
    }

    /// What has answered was loaded anew, or for the first time while a restart is asked for: that is the same.
    mutating func noteRestart(of revision: InstalledRevision) {
        if let restart = record.restart {
            record.restarted = restart
        } else if let asked, let restart = asked.restart, let target = asked.target, asked.action == .run,
            revision.isNamed(by: target, in: asked.owner.namespace)
        {
            record.restarted = restart
        }
    }
}
