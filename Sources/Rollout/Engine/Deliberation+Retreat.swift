import GraftAPI
import KubeCore

extension Deliberation {
    /// Gives up what is being rolled out, and goes back to the best proven revision; holds when there is none.
    @discardableResult
    func retreat(_ cause: RolloutStatus.Cause, reason: String) -> Bool {
        if rollout.kind == .restart { return endRestart(reason, isFailure: cause.isAutomatic) }
        guard let abandoned = target else { return false }
        let reason = reason.bounded()
        switch cause {
        case .failures, .deadline, .analysisFailed:
            quarantine(abandoned, reason: reason)
            judge(abandoned, .bad, reason)
        case .aborted, .overdue, .preflight, .refused, .checkError, .setRolledBack: judge(abandoned, .rejected, reason)
        case .quarantined where rollout.kind != .return: judge(abandoned, .bad, reason)
        case .declared, .superseded, .adopted, .quarantined, .distrusted, .restartEnded: break
        }
        let preferred = rollout.kind == .return ? status.previous : status.stable
        let checks = CheckBounds.remains(rollout.checks)
        guard let refuge = RollbackTarget.choose(from: revisions, stable: preferred, abandoning: abandoned.revision) else {
            hasGivenUpCanary = cause == .superseded
            rollout.checks = checks
            return hold(reason: reason)
        }
        status.canary = abandoned
        let limit = cause == .distrusted ? withdrawalLimit(of: abandoned) : nil
        returnTo(refuge, cause: cause, reason: reason)
        rollout.maxUnavailable = limit
        // For people to see: nothing of it counts any more.
        rollout.checks = checks
        return true
    }

    private func hold(reason: String) -> Bool {
        if rollout.kind == .initial { status.canary = nil }
        rollout.state = .held
        rollout.reason = reason
        events.append(.held(reason: reason))
        return true
    }

    private func quarantine(_ reference: RevisionReference, reason: String) {
        guard var facts = revisions[reference.revision], facts.quarantine == nil else { return }
        let namespace = observation.deployment.namespace ?? ""
        facts.quarantine = QuarantineFacts(
            name: ConfigHash.quarantineName(digest: facts.digest, namespace: namespace, configHash: facts.configHash), reason: reason)
        revisions[facts.name] = facts
        effects.append(
            .quarantine(digest: facts.digest, configHash: facts.configHash, namespace: namespace, rollout: rollout.id, reason: reason))
        events.append(.quarantined(facts.version, reason: reason))
    }

    /// Records how a revision turned out.
    func judge(_ reference: RevisionReference, _ outcome: ModuleRevisionStatus.Outcome, _ message: String) {
        guard var facts = revisions[reference.revision], facts.outcome != outcome else { return }
        facts.outcome = outcome
        facts.message = message.bounded()
        revisions[facts.name] = facts
        effects.append(.outcome(revision: facts.name, outcome, message: message.bounded()))
    }

    /// What is Bad is quarantined as long as it counts: whoever deletes the quarantine says that it may be tried again.
    func forgive() {
        for facts in observation.revisions where facts.outcome == .bad && facts.quarantine == nil {
            judge(facts.reference, .unproven, "Its quarantine was deleted.")
        }
    }

    /// What was proven and is quarantined has to prove itself anew, once that is lifted. What hosts are on as their stable version is judged when
    /// they have left it: it may be lifted before.
    func condemn() {
        for facts in revisions.values where facts.outcome == .good && facts.name != status.stable?.revision {
            guard let quarantine = facts.quarantine else { continue }
            judge(facts.reference, .bad, "Quarantined by \(quarantine.name): \(quarantine.reason)".asSentence)
        }
    }

    /// Hosts that vanished in their soak stay failures of this rollout, even when they come back.
    func recordLost(_ roster: Roster) {
        guard isForward, roster.count(of: .lost) > 0 else { return }
        let known = Set(rollout.lostHosts)
        let lost = roster.placed { $0.standing == .lost }.map(roster.name).filter { !known.contains($0) }
        guard !lost.isEmpty else { return }
        rollout.lostHosts = Array((rollout.lostHosts + lost).prefix(Deliberation.mostLostHosts))
    }

    /// Who vanished after it was asked stays in flight until it is back.
    func recordVanished(_ roster: Roster) {
        let vanished = roster.placed { $0.standing == .vanished }
        guard !vanished.isEmpty || status.rollout?.vanishedHosts.isEmpty == false else { return }
        rollout.vanishedHosts = vanished.prefix(Deliberation.mostLostHosts).map(roster.name)
    }

    /// As many as the state holds: so many lost hosts are over every threshold.
    static let mostLostHosts = 256

    /// Says why the module failed too many hosts; nil when it did not.
    func failureVerdict(_ roster: Roster) -> String? {
        guard isForward, !rollout.lostHosts.isEmpty || roster.count(\.isModuleFailure) > 0 else { return nil }
        let lost = Set(rollout.lostHosts)
        let failures = roster.placed { $0.isAsked && $0.standing.isModuleFailure }
        var failed = lost.count + failures.count
        var asked = lost.count + roster.placed { $0.isAsked && ($0.standing.isEligible || $0.standing.isModuleFailure) }.count
        // Who is lost was counted already.
        for entry in lost.lazy.compactMap(roster.entry) where entry.isAsked {
            if entry.standing.isEligible || entry.standing.isModuleFailure { asked -= 1 }
            if entry.standing.isModuleFailure { failed -= 1 }
        }
        let example = failures.first { lost.isEmpty || !lost.contains(roster.name($0)) }
        guard failed > 0 else { return nil }
        let threshold = max(1, strategy.failureThreshold.count(of: asked))
        guard failed >= threshold || lost.count >= Deliberation.mostLostHosts else { return nil }
        let host = example.map(roster.name) ?? rollout.lostHosts.first ?? ""
        let detail = example.map { roster.detail($0) ?? "" } ?? "it vanished while it soaked"
        return
            ("\(failed) of \(asked) updated host\(asked == 1 ? "" : "s") failed, failureThreshold is \(strategy.failureThreshold); "
            + "\(host): \(detail)").asSentence
    }
}
