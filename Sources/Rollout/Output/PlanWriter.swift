import GraftAPI

/// Writes what agents are to do from the state: the only place where a plan is made.
struct PlanWriter {
    /// Nil while there is nothing to plan.
    let plan: ModulePlanSpec?

    init(_ deliberation: Deliberation) {
        guard let rollout = deliberation.status.rollout else {
            plan = nil
            return
        }
        var spec = ModulePlanSpec()
        spec.epoch = deliberation.observation.epoch
        spec.hostClass = deliberation.spec.hostClass
        spec.slot = deliberation.spec.slot
        // While the spec says pause, hosts see no new selector either.
        let seen = deliberation.spec.paused ? deliberation.observation.plan?.spec.selector : nil
        spec.selector = seen ?? deliberation.spec.selector
        spec.rollout = rollout.id
        spec.salt = rollout.salt
        let cutoffs = CutoffMap(rollout.wave.below)
        switch (rollout.state, rollout.kind) {
        case (.complete, _), (.running, .restart): spec.stable = deliberation.status.stable
        case (_, .return) where cutoffs == .all: spec.stable = deliberation.status.stable
        case (_, .return):
            // Whoever is above the cutoff keeps what it has until its turn comes.
            spec.canary = deliberation.status.stable
        case (.running, .initial): spec.canary = deliberation.status.canary
        case (.running, .steps):
            spec.stable = deliberation.status.stable
            spec.canary = deliberation.status.canary
        case (.held, _): break
        }
        spec.stable = deliberation.allowed(spec.stable)
        spec.canary = deliberation.allowed(spec.canary)
        if spec.canary != nil {
            spec.cutoffs = cutoffs.list
            spec.order = rollout.order
        }
        // Kept when it is over: who was away, or held, catches up.
        if rollout.kind == .restart, spec.stable != nil {
            spec.restart = rollout.restart
            spec.cutoffs = cutoffs == .none ? [Cutoff(below: .lowest)] : cutoffs.list
            spec.order = rollout.order
        }
        if spec.canary != nil, rollout.state == .running, rollout.kind == .steps, let traffic = rollout.traffic {
            spec.traffic = traffic
            spec.requires = [GraftAPI.routingFeature]
        }
        if spec.canary != nil, deliberation.isAtPreflight { spec.stageAhead = true }
        if let previous = deliberation.previous, previous.revision != (spec.canary ?? spec.stable)?.revision { spec.previous = previous }
        plan = spec
    }
}
