import GraftAPI
import KubeCore

extension Deliberation {
    /// With no rollout in progress: begins one if something else than the stable revision is wanted and may be delivered.
    func begin() -> Bool {
        if hasGivenUpCanary {
            wake(at: now + .seconds(1))
            return wait(.held)
        }
        if evictStable() || withdrawStable() || followSet() { return true }
        switch observation.wanted {
        case .pending(let message): return wait(.pending(message))
        case .refused(let refusal): return wait(.refused(refusal))
        case .revision(let name):
            guard let wanted = revisions[name] else { return wait(.pending("revision \(name) is being written")) }
            return begin(wanted)
        }
    }

    private func begin(_ wanted: RevisionFacts) -> Bool {
        let isStable = wanted.name == status.stable?.revision
        if wanted.isCondemned, !isStable {
            let reason = wanted.message ?? status.rollout?.reason ?? ""
            tellRefused(wanted, because: reason)
            return wait(
                .condemned(version: wanted.version, outcome: wanted.outcome, reason: reason, quarantine: wanted.quarantine?.name))
        }
        if let quarantine = wanted.quarantine {
            tellRefused(wanted, because: "It is quarantined by \(quarantine.name): \(quarantine.reason)")
            return wait(.quarantined(version: wanted.version, quarantine: quarantine))
        }
        if isStable, status.rollout?.state != .held { return wait(stableDistrust.map(Situation.distrusted) ?? .atRest) }
        if let refusal = wanted.refusal { return wait(leftForDistrust(wanted).map(Situation.distrusted) ?? .refused(refusal)) }
        if let conflict = observation.conflict { return wait(.conflict(conflict)) }
        if wanted.isProven, isStable || isWithinRollbackWindow(wanted) {
            returnTo(wanted.reference, cause: .declared, reason: "\(wanted.version) is proven already.")
            return true
        }
        if let obstacle = obstacleBeforeFirstLoad(wanted) { return wait(obstacle) }
        if let freeze = freezeBeforeStart() { return wait(freeze) }
        if let next = observation.guards.nextFreeze { wake(at: next) }
        start(wanted)
        return true
    }

    /// Says once that a manifest asks for what was given up; not where that has just happened, which was told.
    private func tellRefused(_ wanted: RevisionFacts, because reason: String) {
        let known = observation.status.conditions["Ready"]?.reason ?? ""
        guard observation.status.rollout?.state != .running, !["RolledBack", "Rejected", "Quarantined"].contains(known) else { return }
        events.append(.refused(wanted.version, reason: reason))
    }

    private func wait(_ situation: Situation) -> Bool {
        self.situation = situation
        return false
    }

    /// A quarantine that evicts takes the stable revision away, if there is another to go to.
    func evictStable() -> Bool {
        guard let stable = status.stable, let quarantine = revisions[stable.revision]?.quarantine, quarantine.evicts,
            let target = RollbackTarget.choose(from: revisions, stable: nil, abandoning: stable.revision)
        else { return false }
        status.canary = stable
        returnTo(target, cause: .quarantined, reason: "\(label(stable)) is evicted by \(quarantine.name): \(quarantine.reason)".asSentence)
        return true
    }

    func isUnobstructed(_ wanted: RevisionFacts) -> Bool { obstacleBeforeFirstLoad(wanted) == nil }

    /// A Ready host that can't run it blocks before the first load; so does a fleet that is largely gone.
    private func obstacleBeforeFirstLoad(_ wanted: RevisionFacts) -> Situation? {
        // In the order in which hosts lie already: nobody is asked, and any will do.
        let roster = muster(
            Assignment(
                target: wanted.reference, previous: nil, rollout: "", wave: WaveStatus(), plan: observation.plan,
                rule: beginsDivided ? "" : nil),
            salt: status.rollout?.salt ?? salt(rollout: ""), order: status.rollout?.order)
        let incompatible = roster.count(of: .incompatible)
        if incompatible > 0, !beginsWithPreflight || roster.eligible == 0 {
            let names = roster.placed { $0.standing == .incompatible }.lazy.map { (roster.name($0), roster.detail($0) ?? "") }
            if let first = names.min(by: { $0.0 < $1.0 }) {
                return .incompatible(host: first.0, reason: first.1, count: incompatible)
            }
        }
        let health = FleetHealth(roster, absentBystanders: roster.absent)
        return health.isUnhealthy ? .frozen(health) : nil
    }

    /// Begins to roll out a revision that is not proven yet.
    func start(_ wanted: RevisionFacts) {
        let isFirst = status.stable == nil
        status.previous = allowed(status.stable)
        status.canary = wanted.reference
        open(isFirst ? .initial : .steps, to: wanted.reference, cause: nil, reason: nil)
        events.append(.started(rollout: rollout.id, from: status.stable.map { label($0) }, to: wanted.version))
        overrideFromBeginning()
    }

    /// Begins to move every host to a revision that is proven, without steps. Previous is named only where hosts have it already:
    /// going back must not need the registry.
    func returnTo(_ reference: RevisionReference, cause: RolloutStatus.Cause, reason: String) {
        let stable = status.stable
        // What was aborted goes back, also where the way turns.
        let isLetGo = isRunning && rollout.kind == .return && (rollout.isAborted == true || rollout.cause == .aborted)
        let isFromProven = stable.flatMap { revisions[$0.revision] }?.isProven ?? false
        status.previous = cause == .declared && isFromProven && stable?.revision != reference.revision ? stable : nil
        status.stable = reference
        if status.canary?.revision == reference.revision { status.canary = nil }
        open(.return, to: reference, cause: cause, reason: reason)
        if isLetGo { rollout.isAborted = true }
        events.append(.returning(rollout: rollout.id, to: label(reference), cause: cause, reason: reason))
        if cause == .declared { overrideFromBeginning() }
    }

    func open(_ kind: RolloutStatus.Kind, to reference: RevisionReference, cause: RolloutStatus.Cause?, reason: String?) {
        let attempt = countAttempt(reference)
        var rollout = RolloutStatus()
        rollout.id = "\(reference.revision)-\(attempt)"
        rollout.kind = kind
        rollout.cause = cause
        rollout.reason = reason?.bounded()
        rollout.salt = salt(rollout: rollout.id)
        if kind == .steps, beginsDivided { rollout.traffic = TrafficRule.none }
        // Going back is for all at once.
        if kind != .return { rollout.order = strategy.order }
        rollout.stepStartTime = Instant(now)
        rollout.progress.time = Instant(now)
        dateForSet(&rollout)
        status.rollout = rollout
    }

    /// Sticky: the same hosts go first each time.
    func salt(rollout: String) -> String {
        Salt.of(deploymentUID: observation.uid, rollout: strategy.cohort == .rotate ? rollout : nil)
    }
}
