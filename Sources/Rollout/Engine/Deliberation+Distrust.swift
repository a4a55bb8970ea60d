import GraftAPI
import KubeCore

/// A revision that hosts run, or ran, and that policies accept no more.
struct Distrust: Hashable {
    enum Course: Hashable {
        /// No policy asks for more than that it is told.
        case reported
        /// Signatures that would count are being looked for.
        case checking
        /// Hosts are to leave it, and there is nothing to go to.
        case nowhere
        /// Hosts have left it.
        case left
    }

    var refusal: Refusal
    var course: Course
}

extension Deliberation {
    /// How far policies let what is rolled out go; nil: to every host. What is returned to has been everywhere.
    var allowance: WeightAllowance? {
        guard rollout.kind != .return, let target else { return nil }
        return revisions[target.revision]?.allowance
    }

    /// Policies let it go less far by now than it was on its way to.
    var tightened: WeightAllowance? {
        guard let allowance, rollout.weight > allowance.weight, !CutoffMap(rollout.wave.below).covers(CutoffMap(rollout.wave.goal)) else {
            return nil
        }
        return allowance
    }

    /// Nothing more is asked of hosts until somebody else has signed.
    func awaitSignature(_ allowance: WeightAllowance) -> Bool {
        situation = .waitsForSignature(allowance)
        if observation.status.conditions["Ready"]?.reason != Refusal.waitsForSignature {
            events.append(.waitsForSignature(rollout: rollout.id, reason: allowance.refusal.message))
        }
        return false
    }

    /// Why policies don't accept what is wanted, or what hosts run, the stable version on every one of them; nil when they do.
    var objection: Refusal? {
        if let name = observation.wanted.revision, let wanted = revisions[name], let refusal = verdict(on: wanted) { return refusal }
        for reference in [status.canary, status.stable] {
            if let reference, let refusal = objection(to: reference) { return refusal }
        }
        return nil
    }

    func objection(to reference: RevisionReference) -> Refusal? {
        guard let facts = revisions[reference.revision] else { return nil }
        return verdict(on: facts) ?? (reference.revision == status.stable?.revision ? facts.allowance?.refusal : nil)
    }

    private func verdict(on facts: RevisionFacts) -> Refusal? {
        facts.refusal.flatMap { $0.aspect == .verified ? $0 : nil }
    }

    /// What is wrong with the stable version while nothing moves.
    var stableDistrust: Distrust? {
        guard let stable = status.stable, let refusal = objection(to: stable) else { return nil }
        guard let withdrawal = revisions[stable.revision]?.withdrawal else { return Distrust(refusal: refusal, course: .reported) }
        return Distrust(refusal: refusal, course: withdrawal.isPending ? .checking : .nowhere)
    }

    /// What is wrong with a version that hosts have left for it.
    func leftForDistrust(_ wanted: RevisionFacts) -> Distrust? {
        guard isWithdrawn, wanted.name != status.stable?.revision, let refusal = verdict(on: wanted) else { return nil }
        return Distrust(refusal: refusal, course: .left)
    }

    /// Hosts were taken off what policies refused, and nothing else has happened since.
    var isWithdrawn: Bool { status.rollout?.kind == .return && status.rollout?.cause == .distrusted }

    /// Begins to take hosts off a stable version that policies want withdrawn, if there is another to go to.
    func withdrawStable() -> Bool {
        guard let stable = status.stable, let reason = withdrawalReason(stable),
            let refuge = RollbackTarget.choose(from: revisions, stable: nil, abandoning: stable.revision)
        else { return false }
        let limit = withdrawalLimit(of: stable)
        status.canary = stable
        returnTo(refuge, cause: .distrusted, reason: reason)
        rollout.maxUnavailable = limit
        return true
    }

    /// Why hosts are to leave a revision now; nil when they aren't.
    func withdrawalReason(_ reference: RevisionReference) -> String? {
        guard let facts = revisions[reference.revision], let withdrawal = facts.withdrawal, !withdrawal.isPending,
            let refusal = verdict(on: facts)
        else { return nil }
        return String("Distrusted: \(refusal.message)".asSentence.prefix(1000))
    }

    func withdrawalLimit(of reference: RevisionReference) -> CountOrShare? {
        revisions[reference.revision]?.withdrawal?.limit(of: observation.hosts.count)
    }
}
