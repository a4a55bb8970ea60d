package import GraftAPI

/// What came of holding a revision on this host against today's policies, by the proofs that are kept with it.
package struct TrustFinding: Sendable, Hashable {
    package var state: SlotTrust.State
    /// For programs: `NotTrusted`, `ProofsMissing`, `RootMissing`, `PolicyInvalid`, `Unreadable`. Nil when it is trusted.
    package var reason: String?
    /// For people, in a sentence.
    package var message: String?
    /// Names the signatures that satisfied the policies.
    package var evidenceHash: String?
    /// Of the policies it was judged by; what was found by later ones counts.
    package var stamp: Int
    /// The signatures on this host are not enough, or gone, or vouch for a part of the fleet alone: those that came later may do.
    package var wantsSignatures: Bool

    package init(
        _ state: SlotTrust.State, reason: String? = nil, message: String? = nil, evidenceHash: String? = nil, stamp: Int,
        wantsSignatures: Bool = false
    ) {
        self.state = state
        self.reason = reason
        self.message = message
        self.evidenceHash = evidenceHash
        self.stamp = stamp
        self.wantsSignatures = wantsSignatures
    }
}
