/// What is kept of evidence after a judgement: who signed what under which terms, not the proofs themselves.
package struct KeptEvidence: Sendable, Hashable {
    package var keyFingerprint: String
    /// Whom the certificate named; nil for a key.
    package var identity: Revocation.Identity?
    /// Name of the attestation that was demanded; nil for a signature.
    package var attestation: String?
    /// `Evidence.terms`; empty where nobody kept them.
    package var terms: String

    package init(keyFingerprint: String, identity: Revocation.Identity? = nil, attestation: String? = nil, terms: String = "") {
        self.keyFingerprint = keyFingerprint
        self.identity = identity
        self.attestation = attestation
        self.terms = terms
    }
}

extension Policy {
    /// Whether what was accepted once would be today, as far as kept evidence tells: its signers still count, and what was attested is what
    /// must be now. Where that can't be told, the proofs have to be judged anew.
    /// - Returns: nil when it would; else what is missing.
    package func objection(to kept: [KeptEvidence]) -> String? {
        let counting = kept.filter { evidence in
            !revoked.keys.contains(evidence.keyFingerprint) && !(evidence.identity.map(revoked.identities.contains) ?? false)
        }
        let signatures = counting.filter { $0.attestation == nil }
        let signers = authorities.filter { authority in signatures.contains(where: authority.includes) }
        guard signers.count >= threshold else {
            return threshold == 1
                ? "no signature of it is known by a signer that policy \(name) trusts today"
                : "it is known to be signed by \(signers.count) of the \(threshold) authorities that policy \(name) wants today"
        }
        let unattested = attestations.first { demand in
            !demand.authorities.contains { authority in
                counting.contains { $0.attestation == demand.name && $0.terms == demand.terms(of: authority) }
            }
        }
        return unattested.map { "nothing is known to attest \($0.name) as policy \(name) demands it today" }
    }
}

extension Authority {
    /// Whether a signer who was verified then is this authority today. What a certificate said beyond its names isn't kept.
    fileprivate func includes(_ evidence: KeptEvidence) -> Bool {
        if evidence.terms == terms { return true }
        guard let identity = evidence.identity else { return keys.contains { $0.fingerprint == evidence.keyFingerprint } }
        return notation?.includes(identity) == true
            || identities.contains { wanted in
                wanted.extensions.isEmpty && wanted.issuer.accepts(identity.issuer) && wanted.subject.accepts(identity.subject)
            }
    }
}
