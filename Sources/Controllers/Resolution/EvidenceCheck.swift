import GraftAPI
import Rollout
import Trust

/// Whether what vouched for a revision once still does: by today's policies and keys, from kept evidence, without any network.
struct EvidenceCheck {
    let policies: PolicySet

    /// Nil when every policy that covers the delivery has a key that is known to have signed the revision.
    func refusal(of revision: ModuleRevision, _ delivery: Delivery) -> Refusal? {
        let tenancy = policies.tenancy(delivery)
        if let failure = tenancy.failure { return .verification(failure) }
        for policy in tenancy.enforcing {
            let keys = Set(policy.authorities.flatMap(\.keys).map(\.fingerprint))
            if !revision.status.evidence.contains(where: { keys.contains($0.keyFingerprint) }) {
                return Refusal(
                    .verified, reason: "NoValidSignature",
                    message:
                        "\(revision.spec.version) (\(revision.spec.digest)): no signature of it is known by a key that policy \(policy.name) trusts today; "
                        + "sign it with such a key, or deliver another version.")
            }
        }
        return nil
    }
}
