package import GraftAPI
package import KubeCore
package import Trust

extension VerificationEvidence {
    /// What a status keeps of the evidence.
    package init(_ evidence: Evidence, time: Timestamp) {
        self.init()
        policy = evidence.policy
        authority = evidence.authority
        keyFingerprint = evidence.keyFingerprint
        signatureDigest = evidence.signatureDigest
        manifest = evidence.manifestDigest
        self.time = time
        attestation = evidence.attestation
        terms = evidence.terms
        guard let proof = evidence.proof else { return }
        issuer = proof.identity?.issuer
        subject = proof.identity?.subject
        trustRoot = proof.rootDigest.isEmpty ? nil : proof.rootDigest
        log = proof.logEntries.first?.log
        logIndex = proof.logEntries.first?.index
        signedAt = proof.times.map(\.time).min().map { Timestamp(seconds: $0.seconds) }
    }
}

extension KeptEvidence {
    package init(_ evidence: VerificationEvidence) {
        self.init(
            keyFingerprint: evidence.keyFingerprint,
            identity: evidence.subject.map { Revocation.Identity(issuer: evidence.issuer ?? "", subject: $0) },
            attestation: evidence.attestation, terms: evidence.terms ?? "")
    }
}
