/// That one signature satisfied one policy: what a revision's status keeps.
package struct Evidence: Sendable, Hashable {
    package var policy: String
    package var authority: String
    /// SHA-256 of the key's SubjectPublicKeyInfo in DER, 64 hexadecimal digits.
    package var keyFingerprint: String
    /// Digest of the signed payload, which is the layer that holds the signature.
    package var signatureDigest: String
    /// Digest of the signature manifest; what a revision pins, so that it can be fetched when the tag is gone.
    package var manifestDigest: String
    /// Digest of what the policy demanded when it was judged: what is kept holds as long as that is the same.
    package var terms: String
    /// Name of the attestation that the policy demands; nil for a signature.
    package var attestation: String?
    /// What else was shown, by a bundle or for an identity: when, where it is logged, under which root.
    package var proof: BundleEvidence?

    package init(
        policy: String, authority: String, keyFingerprint: String, signatureDigest: String, manifestDigest: String,
        terms: String = "", attestation: String? = nil, proof: BundleEvidence? = nil
    ) {
        self.policy = policy
        self.authority = authority
        self.keyFingerprint = keyFingerprint
        self.signatureDigest = signatureDigest
        self.manifestDigest = manifestDigest
        self.terms = terms
        self.attestation = attestation
        self.proof = proof
    }
}
