import GraftAPI
import KubeCore

extension Deliberation {
    /// Makes one transition; false when nothing more follows from what is observed, and `situation` says why.
    func advance() -> Bool {
        if isHeldByPause { return suspend(.paused) }
        guard isRunning else { return begin() }
        if changeCourse() { return true }
        guard let roster = muster() else { return false }
        recordVanished(roster)
        if let health = unhealthy(roster) {
            if rollout.progress.suspendedSince == nil {
                events.append(.frozen(ready: health.ready, of: health.ready + health.absent + health.lost))
            }
            excuseChecks()
            return suspend(.frozen(health))
        }
        recordLost(roster)
        if let reason = failureVerdict(roster) { return retreat(.failures, reason: reason) }
        if let verdict = checkVerdict(), obey(verdict) { return true }
        if let obstacle = obstacle(roster) { return suspend(obstacle) }
        if let hold = guardHold(roster) { return suspend(hold) }
        resume()
        return progress(roster)
    }

    /// A pause by the spec holds everything, ways back as well, but for those that an abort asked for, and the end of a restart, which asks
    /// nothing of any host.
    var isHeldByPause: Bool {
        guard spec.paused, isRunning, rollout.kind == .return else { return spec.paused }
        return rollout.cause != .aborted && rollout.cause != .restartEnded && rollout.isAborted != true
    }

    /// Lets time stand still: deadlines, soaks and pauses end later by as long as it lasts.
    private func suspend(_ situation: Situation) -> Bool {
        self.situation = situation
        if isRunning, rollout.progress.suspendedSince == nil { rollout.progress.suspendedSince = Instant(now) }
        return false
    }

    private func resume() {
        guard let since = rollout.progress.suspendedSince else { return }
        // What began while time stood still has lost only what has passed since.
        func shift(_ moment: inout Instant?) { moment = moment.map { Instant($0.time + max(.zero, now - max(since.time, $0.time))) } }
        shift(&rollout.stepStartTime)
        shift(&rollout.wave.startTime)
        shift(&rollout.wave.soakStartTime)
        shift(&rollout.progress.time)
        shift(&rollout.progress.activatingSince)
        rollout.progress.suspendedSince = nil
    }

    /// Whether too much vanished for anyone to be blamed. Going back is the cure and goes on.
    private func unhealthy(_ roster: Roster) -> FleetHealth? {
        guard isForward else { return nil }
        let health = FleetHealth(roster, absentBystanders: rollout.wave.absentBystanders)
        return health.isUnhealthy ? health : nil
    }

    /// What holds a rollout up besides its own hosts. Going back needs nobody's leave.
    private func obstacle(_ roster: Roster) -> Situation? {
        guard rollout.kind != .return else { return nil }
        if let conflict = observation.conflict { return .conflict(conflict) }
        switch observation.wanted {
        // What is wanted beside it holds up no restart of what is there.
        case _ where rollout.kind == .restart: break
        case .pending(let message): return .pending(message)
        case .refused(let refusal): return .refused(refusal)
        case .revision: break
        }
        if let refusal = target.flatMap({ revisions[$0.revision]?.refusal }) { return .refused(refusal) }
        if let tightened { return .waitsForSignature(tightened) }
        return roster.eligible == 0 ? .noHosts(selected: roster.entries.count) : nil
    }

    /// Moves towards something that can still turn out bad, as opposed to going back because something did, or because a rollout under way
    /// was taken back: then hosts return to what never ceased to serve, and there is nothing that they could go to instead.
    var isForward: Bool {
        rollout.kind != .return || rollout.cause == .declared && (status.canary == nil || status.previous != nil)
    }

    /// Another revision is wanted, or the one that is rolled out may not be any more.
    private func changeCourse() -> Bool {
        guard let target else { return false }
        if rollout.kind == .restart { return changeCourseOfRestart() }
        // What was restarted stays where it is, as at rest, unless the quarantine evicts it.
        if let quarantine = revisions[target.revision]?.quarantine, rollout.cause != .restartEnded || quarantine.evicts {
            return retreat(.quarantined, reason: "\(label(target)) is quarantined by \(quarantine.name): \(quarantine.reason)".asSentence)
        }
        if let reason = withdrawalReason(target) { return retreat(.distrusted, reason: reason) }
        if followSet() { return true }
        // All that moves while the spec pauses is what was aborted: nothing new begins.
        guard !spec.paused else { return false }
        guard let wanted = observation.wanted.revision.flatMap({ revisions[$0] }), wanted.name != target.revision else { return false }
        if isWithinRollbackWindow(wanted), wanted.name != status.stable?.revision, !isHeldForward(wanted) {
            return giveWay(to: wanted.reference, reason: "\(wanted.version) is proven already.")
        }
        switch rollout.kind {
        case .initial:
            guard wanted.isAllowed, !wanted.isCondemned, isUnobstructed(wanted) else { return false }
            start(wanted)
            return true
        case .steps:
            let isBack = wanted.name == status.stable?.revision
            return retreat(
                isBack ? .declared : .superseded,
                reason: isBack ? "The spec asks for \(wanted.version) again." : "\(wanted.version) is wanted instead of \(label(target)).")
        case .return, .restart: return false
        }
    }

    private func giveWay(to reference: RevisionReference, reason: String) -> Bool {
        // What was withdrawn and is accepted again comes back no faster than it would be rolled out.
        let limit = rollout.kind == .return && rollout.cause == .distrusted ? strategy.maxUnavailable : nil
        returnTo(reference, cause: .declared, reason: reason)
        rollout.maxUnavailable = limit
        return true
    }
}
