import GraftAPI
import Rollout
import Trust
import Verification

/// Whether what vouched for a revision once still does: by today's policies, from kept evidence, without any network.
struct EvidenceCheck {
    let policies: PolicySet

    /// Nil when the evidence satisfies every policy that covers the delivery, as far as it tells.
    func refusal(of revision: ModuleRevision, _ delivery: Delivery) -> Refusal? {
        let tenancy = policies.tenancy(delivery)
        if let failure = tenancy.failure { return .verification(failure) }
        let kept = revision.status.evidence.map(KeptEvidence.init)
        for policy in tenancy.enforcing {
            if let objection = policy.objection(to: kept) {
                return Refusal(
                    .verified, reason: "NoValidSignature",
                    message:
                        "\(revision.spec.version) (\(revision.spec.digest)): \(objection); sign it with such a signer, or deliver another version."
                )
            }
        }
        return nil
    }
}
