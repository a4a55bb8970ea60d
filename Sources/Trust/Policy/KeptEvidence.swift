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
    /// - Parameter benefit: whether what can't be told from kept evidence counts: an objection that stands even so is certain.
    /// - Returns: nil when it would; else what is missing.
    package func objection(to kept: [KeptEvidence], benefitOfDoubt benefit: Bool = false) -> String? {
        let counting = counting(kept)
        let signatures = counting.filter { $0.attestation == nil }
        let signers = authorities.filter { authority in signatures.contains { authority.includes($0, benefitOfDoubt: benefit) } }
        guard signers.count >= threshold else {
            return threshold == 1
                ? "no signature of it is known by a signer that policy \(name) trusts today"
                : "it is known to be signed by \(signers.count) of the \(threshold) authorities that policy \(name) wants today"
        }
        let unattested = attestations.first { demand in
            !demand.authorities.contains { authority in
                counting.contains { evidence in
                    evidence.attestation == demand.name
                        && (evidence.terms == demand.terms(of: authority)
                            || benefit && authority.includes(evidence, benefitOfDoubt: true))
                }
            }
        }
        return unattested.map { "nothing is known to attest \($0.name) as policy \(name) demands it today" }
    }

    /// Whether something of it was shown under other terms than today's, such as an older root, and holds by the signer's name alone.
    package func isOutdated(_ kept: [KeptEvidence]) -> Bool {
        let signatures = counting(kept).filter { $0.attestation == nil && $0.identity != nil }
        return authorities.contains { authority in
            signatures.contains { authority.includes($0) } && !signatures.contains { $0.terms == authority.terms }
        }
    }

    /// Without what revoked signers signed.
    func counting(_ kept: [KeptEvidence]) -> [KeptEvidence] {
        kept.filter { evidence in
            !revoked.keys.contains(evidence.keyFingerprint) && !(evidence.identity.map(revoked.identities.contains) ?? false)
        }
    }
}

extension Authority {
    /// Whether a signer who was verified then is this authority today. What a certificate said beyond its names isn't kept.
    func includes(_ evidence: KeptEvidence, benefitOfDoubt benefit: Bool = false) -> Bool {
        if evidence.terms == terms { return true }
        guard let identity = evidence.identity else { return keys.contains { $0.fingerprint == evidence.keyFingerprint } }
        return notation?.includes(identity) == true
            || identities.contains { wanted in
                (benefit || wanted.extensions.isEmpty) && wanted.issuer.accepts(identity.issuer) && wanted.subject.accepts(identity.subject)
            }
    }
}
