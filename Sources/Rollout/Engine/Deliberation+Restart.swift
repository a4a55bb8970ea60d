import GraftAPI
import KubeCore

/// Restarts: each host loads the stable revision anew, in waves, and everything stays at the revision it has. Nobody is blamed in one, nothing is
/// quarantined, and there is nothing to go back to: what goes wrong ends it.
extension Deliberation {
    /// A restart goes on, or is being ended.
    var isRestarting: Bool { isRunning && (rollout.kind == .restart || rollout.cause == .restartEnded) }

    /// Begins a restart, when nothing moves. It names the rollout that was the last one: said again, or by a manifest that is applied again, it
    /// means nothing.
    func obeyRestart(_ verb: VerbTarget) {
        func refuse(_ reason: String) { ignore("restart", reason) }
        guard let last = status.rollout, last.id == verb.rollout else {
            return refuse("rollout \(verb.rollout) is not the last one, which is \(status.rollout?.id ?? "none").")
        }
        guard last.state != .running else { return refuse("rollout \(last.id) is in progress.") }
        guard last.state == .complete, let stable = status.stable else {
            return refuse("rollout \(last.id) was given up with nothing to go back to.")
        }
        if let facts = revisions[stable.revision] {
            if let quarantine = facts.quarantine {
                return refuse("\(facts.version) is quarantined by \(quarantine.name); hosts would not load it anew.")
            }
            if let refusal = facts.refusal ?? facts.allowance?.refusal {
                return refuse("hosts would not load \(facts.version) anew: \(refusal.message.asSentence)")
            }
        }
        // What is known of a withdrawal is known by its rollout: what was withdrawn is to come back by its steps.
        if isWithdrawn, observation.wanted.revision != stable.revision {
            return refuse("hosts were taken off what policies accept no more; set spec.module to \(label(stable)) first.")
        }
        if let next = nextToBegin { return refuse("\(next.version) is about to be rolled out.") }
        restart(stable, after: last)
    }

    private func restart(_ stable: RevisionReference, after last: RolloutStatus) {
        let roster = muster(
            Assignment(
                target: stable, previous: nil, rollout: "", wave: WaveStatus(), plan: observation.plan, restart: Instant(now)),
            salt: last.salt, order: last.order)
        let (hosts, unable) = (roster.eligible, roster.count(of: .incompatible))
        guard hosts > 0 || unable == 0 else {
            let first = roster.placed { $0.standing == .incompatible }.first
            let example = first.map { "; \(roster.name($0)): \(roster.detail($0) ?? "")" } ?? ""
            return ignore("restart", "none of \(unable) Ready host\(unable == 1 ? "" : "s") can\(example.asSentence)")
        }
        open(.restart, to: stable, cause: nil, reason: nil)
        rollout.restart = Instant(now)
        // What others of its set must know is still of the rollout before.
        (rollout.startTime, rollout.endTime) = last.kind == .return ? (nil, nil) : (last.startTime, last.endTime)
        events.append(.restartStarted(rollout: rollout.id, version: label(stable), hosts: hosts, unable: unable))
        overrideFromBeginning()
    }

    /// What is wanted instead of the stable revision and would begin if nothing else moved.
    private var nextToBegin: RevisionFacts? {
        guard let wanted = observation.wanted.revision.flatMap({ revisions[$0] }), wanted.name != status.stable?.revision,
            wanted.isAllowed, !wanted.isCondemned, observation.conflict == nil
        else { return nil }
        if wanted.isProven { return isHeldForward(wanted) ? nil : wanted }
        let isFrozen = observation.guards.freeze != nil && overriding == nil
        return !isFrozen && isUnobstructed(wanted) ? wanted : nil
    }

    /// Whatever is done to a version at rest is done to one that is restarted; and what is wanted instead goes first.
    func changeCourseOfRestart() -> Bool {
        guard let stable = status.stable else { return false }
        if evictStable() || withdrawStable() || followSet() { return true }
        if let facts = revisions[stable.revision], let quarantine = facts.quarantine {
            return endRestart("\(facts.version) is quarantined by \(quarantine.name): \(quarantine.reason)".asSentence, isFailure: true)
        }
        guard let next = nextToBegin else { return false }
        return endRestart("\(next.version) is wanted.", isFailure: false)
    }

    /// No more hosts load it anew. Those that were asked must be heard once more, by a plan that asks nothing of them: only then may something else
    /// ask for as many hosts as may be in flight.
    func endRestart(_ reason: String, isFailure: Bool) -> Bool {
        guard let stable = status.stable else { return false }
        let ended = rollout.id
        let times = (rollout.startTime, rollout.endTime)
        open(.return, to: stable, cause: .restartEnded, reason: reason)
        (rollout.startTime, rollout.endTime) = times
        events.append(.restartEnded(rollout: ended, version: label(stable), reason: reason.bounded(), isFailure: isFailure))
        return true
    }

    /// The plan is of a restart that the status does not know.
    func rebuild(_ restart: Instant, of target: RevisionReference, from plan: ModulePlanSpec) {
        let old = status.rollout
        var rollout = RolloutStatus()
        rollout.id = plan.rollout
        rollout.kind = .restart
        rollout.restart = restart
        rollout.salt = plan.salt
        rollout.order = plan.order
        rollout.stepStartTime = Instant(now)
        rollout.progress.time = Instant(now)
        if let old, old.kind != .return { (rollout.startTime, rollout.endTime) = (old.startTime, old.endTime) }
        rollout.wave.below = CutoffMap(plan.cutoffs).list
        if !rollout.wave.below.isEmpty {
            rollout.wave.number = 1
            rollout.wave.startTime = Instant(now)
        }
        status.stable = target
        status.canary = nil
        status.previous = plan.previous
        status.rollout = rollout
        self.rollout.wave.absentBystanders = absentBystanders(of: rollout.wave)
        recordAttempt(target, ofRollout: plan.rollout)
    }
}
