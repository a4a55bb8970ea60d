/// What all policies say about one artifact.
package struct Judgement: Sendable, Hashable {
    /// What one policy says.
    package struct Finding: Sendable, Hashable {
        package var policy: String
        package var mode: Policy.Mode
        package var verdict: SignatureVerdict
        package var evidence: [Evidence]
        /// One for each attestation that the policy demands.
        package var attestations: [AttestationFinding] = []

        package var failure: VerificationFailure? { verdict.failure ?? attestations.lazy.compactMap(\.verdict.failure).first }
    }

    /// What came of one attestation that a policy demands.
    package struct AttestationFinding: Sendable, Hashable {
        package var name: String
        package var verdict: SignatureVerdict
    }

    /// Nil when the artifact may be loaded.
    package var failure: VerificationFailure?
    /// Of every policy that covers the delivery, those that enforce first.
    package var findings: [Finding] = []

    package var isTrusted: Bool { failure == nil }

    /// What satisfied the policies that enforce; empty when one of them wasn't satisfied.
    package var evidence: [Evidence] {
        isTrusted ? findings.filter { $0.mode == .enforce }.flatMap(\.evidence) : []
    }

    /// From when on an artifact that is trusted has to be judged anew; nil where what was shown doesn't depend on the time.
    package var holdsUntil: Moment? {
        findings.flatMap { $0.verdict.passed + $0.attestations.flatMap(\.verdict.passed) }.compactMap { $0.evidence?.holdsUntil }.min()
    }

    /// What policies in mode Warn would have refused, a sentence each.
    package var warnings: [String] {
        findings.filter { $0.mode == .warn }.compactMap { finding in
            finding.failure.map { "policy \(finding.policy) (Warn): \($0)" }
        }
    }

    /// In a sentence, why it is as it is.
    package var message: String {
        if let failure {
            let refusing = findings.filter { $0.mode == .enforce && $0.failure == failure }
            return refusing.count == 1 ? "policy \(refusing[0].policy): \(failure)" : failure.description
        }
        let granted = findings.filter { $0.mode == .enforce }.map { finding in
            "\(finding.policy) by \(finding.evidence.map(\.authority).first ?? "nobody")"
        }
        return "verified: \(granted.joined(separator: ", "))"
    }
}

extension PolicySet {
    /// Judges an artifact by its signatures. All Enforce policies that cover the delivery must pass, and there must be one.
    ///
    /// `pinned` holds digests of signature manifests; when it isn't nil, only those count, so that what was verified once is judged
    /// by the same signatures ever after. Without `occasion`, no signature passes that depends on it.
    package func judge(
        _ delivery: Delivery, digest: String, signatures: [SignatureManifest], pinned: Set<String>? = nil, on occasion: Occasion? = nil
    ) -> Judgement {
        let tenancy = tenancy(delivery)
        var judgement = Judgement()
        let counted = signatures.filter { pinned?.contains($0.digest) ?? true }
        let bundles = AttachedBundles(counted)
        judgement.findings = (tenancy.enforcing + tenancy.warning).map { policy in
            policy.finding(delivery, digest: digest, signatures: counted, bundles, on: occasion)
        }
        judgement.failure = tenancy.failure
        if judgement.failure == nil {
            let failed = judgement.findings.filter { $0.mode == .enforce && $0.failure != nil }
            let reasons = failed.compactMap { finding in finding.failure.map { "policy \(finding.policy): \($0)" } }
            judgement.failure = failed.count > 1 ? .policiesFailed(reasons) : failed.first?.failure
        }
        return judgement
    }
}
