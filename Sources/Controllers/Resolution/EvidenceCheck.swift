import GraftAPI
import Rollout
import Trust
import Verification

/// Whether what vouched for a revision once still does, and how far: by today's policies, from kept evidence, without any network.
struct EvidenceCheck {
    /// What is to be looked for in the registry, where kept evidence is not enough.
    enum Want: Hashable, Sendable {
        /// Whether the proofs still hold: a root is another than the one they were held against.
        case proofs
        /// Signatures that came later, until there are some that count.
        case signatures
    }

    struct Finding {
        var refusal: Refusal?
        var allowance: WeightAllowance?
        var withdrawal: Withdrawal?
        var want: Want?
    }

    private struct Objection {
        var policy: String
        var text: String
        /// What isn't kept could not change it.
        var isCertain: Bool
    }

    let policies: PolicySet
    /// What a policy says about what hosts run.
    let response: (_ policy: String) -> DistrustResponse?

    /// - Parameter look: what the registry last told under the same policies.
    func finding(on revision: ModuleRevision, _ delivery: Delivery, look: SignatureLook?) -> Finding {
        let tenancy = policies.tenancy(delivery)
        // An error in a policy, or one that is gone, moves nothing.
        if let failure = tenancy.failure { return Finding(refusal: .verification(failure)) }
        let kept = revision.status.evidence.map(KeptEvidence.init)
        let objections = tenancy.enforcing.compactMap { policy in
            policy.objection(to: kept).map {
                Objection(policy: policy.name, text: $0, isCertain: policy.objection(to: kept, benefitOfDoubt: true) != nil)
            }
        }
        if case .disproved(let refusal, let failing)? = look {
            return Finding(refusal: refusal, withdrawal: withdrawal(by: failing, isPending: false), want: .signatures)
        }
        if let first = objections.first {
            let isPending =
                switch look {
                case nil: true
                case .unreachable?: !objections.contains { $0.isCertain && response($0.policy)?.action == .rollBack }
                case .accepted?, .disproved?: false
                }
            return Finding(
                refusal: refusal(of: revision, first), withdrawal: withdrawal(by: objections.map(\.policy), isPending: isPending),
                want: .signatures)
        }
        if let allowance = allowance(of: revision, delivery, kept, tenancy.enforcing) {
            return Finding(allowance: allowance, want: .signatures)
        }
        let isOutdated = tenancy.enforcing.contains { $0.isOutdated(kept) }
        return Finding(want: isOutdated && look != .accepted ? .proofs : nil)
    }

    private func refusal(of revision: ModuleRevision, _ objection: Objection) -> Refusal {
        Refusal(
            .verified, reason: Refusal.distrusted,
            message:
                "\(revision.spec.version) (\(revision.spec.digest)): \(objection.text); sign it with such a signer, or deliver another version.",
            policy: objection.policy)
    }

    private func withdrawal(by names: [String], isPending: Bool) -> Withdrawal? {
        let limits = names.compactMap { response($0) }.filter { $0.action == .rollBack }.map(\.maxUnavailable)
        return limits.isEmpty ? nil : Withdrawal(limits: limits, isPending: isPending)
    }

    private func allowance(
        of revision: ModuleRevision, _ delivery: Delivery, _ kept: [KeptEvidence], _ enforcing: [Policy]
    ) -> WeightAllowance? {
        let reaches = enforcing.compactMap { policy in policy.reach(of: kept).map { (policy: policy.name, reach: $0) } }
        guard let least = reaches.min(by: { $0.reach.basisPoints < $1.reach.basisPoints }) else { return nil }
        let weight = Weight(basisPoints: least.reach.basisPoints)
        let missing = least.reach.missing.joined(separator: " or ")
        let remedy =
            missing.isEmpty
            ? "no authority of it vouches for more"
            : "beyond that \(missing) must have signed it: `graft sign \(delivery.repository)@\(revision.spec.digest) --key …`"
        return WeightAllowance(
            weight: weight,
            refusal: Refusal(
                .verified, reason: Refusal.waitsForSignature,
                message: "\(revision.spec.version): policy \(least.policy) lets \(least.reach.limited.joined(separator: ", ")) "
                    + "vouch for \(weight) of the hosts; \(remedy).",
                policy: least.policy))
    }
}
