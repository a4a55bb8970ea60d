extension Policy {
    /// Judges an artifact by all that was found attached to it: enough authorities must have signed, and all be attested that is demanded.
    func finding(
        _ delivery: Delivery, digest: String, signatures: [SignatureManifest], _ bundles: AttachedBundles, on occasion: Occasion?
    ) -> Judgement.Finding {
        var finding = Judgement.Finding(policy: name, mode: mode, verdict: SignatureVerdict(), evidence: [])
        guard problems.isEmpty else {
            finding.verdict.failure = .policyInvalid(problems)
            return finding
        }
        if let failure = CosignSignature.failure(of: signatures, digest: digest) {
            finding.verdict.failure = failure
            return finding
        }
        if threshold > 0 {
            finding.verdict.attempts = judged(signatureAttempts(delivery, digest: digest, signatures: signatures, bundles, on: occasion))
            finding.verdict.failure = signatureFailure(finding.verdict)
            finding.evidence = evidence(of: finding.verdict, demand: nil)
        }
        for demand in attestations {
            var verdict = SignatureVerdict()
            verdict.attempts = judged(attestationAttempts(demand, digest: digest, signatures: signatures, bundles))
            if verdict.passed.isEmpty {
                verdict.failure = .attestationMissing(name: demand.name, verdict.attempts.compactMap(\.failure))
            }
            finding.attestations.append(Judgement.AttestationFinding(name: demand.name, verdict: verdict))
            finding.evidence += evidence(of: verdict, demand: demand)
        }
        return finding
    }

    private func signatureAttempts(
        _ delivery: Delivery, digest: String, signatures: [SignatureManifest], _ bundles: AttachedBundles, on occasion: Occasion?
    ) -> [SignatureVerdict.Attempt] {
        authorities.flatMap { authority in
            CosignSignature.verify(
                signatures,
                claim: .init(
                    digest: digest, repository: delivery.repository, authorities: [authority], signedReference: signedReference,
                    roots: authority.roots)
            ).attempts + AttachedBundle.attempts(bundles, claim: .init(digest: digest, authorities: [authority], content: .signature))
                + NotationSignature.attempts(signatures, by: authority, of: digest, on: occasion)
        }
    }

    private func attestationAttempts(
        _ demand: AttestationDemand, digest: String, signatures: [SignatureManifest], _ bundles: AttachedBundles
    ) -> [SignatureVerdict.Attempt] {
        demand.authorities.flatMap { authority in
            CosignAttestation.verify(
                signatures,
                claim: .init(digest: digest, authorities: [authority], requirement: demand.requirement, roots: authority.roots)
            ).attempts
                + AttachedBundle.attempts(
                    bundles, claim: .init(digest: digest, authorities: [authority], content: .attestation(demand.requirement)))
        }
    }

    /// Each attempt once, and those of revoked signers failed.
    private func judged(_ attempts: [SignatureVerdict.Attempt]) -> [SignatureVerdict.Attempt] {
        var seen: Set<SignatureVerdict.Attempt> = []
        return attempts.compactMap { attempt in
            var attempt = attempt
            // What failed before any authority was tried says nothing of one.
            guard seen.insert(attempt).inserted else { return nil }
            if attempt.failure == nil,
                let who = revoked.covers(keyFingerprint: attempt.keyFingerprint, identity: attempt.evidence?.identity)
            {
                attempt.failure = .signerRevoked(who)
            }
            return attempt
        }
    }

    private func signatureFailure(_ verdict: SignatureVerdict) -> VerificationFailure? {
        let signers = Set(verdict.passed.compactMap(\.authority))
        if signers.count >= threshold { return nil }
        let failures = verdict.attempts.compactMap(\.failure)
        if threshold == 1 { return failures.isEmpty ? .noSignatures : .noValidSignature(failures) }
        return .thresholdNotReached(signers: signers.sorted(), wanted: threshold, failures)
    }

    private func evidence(of verdict: SignatureVerdict, demand: AttestationDemand?) -> [Evidence] {
        guard verdict.failure == nil else { return [] }
        let signers = demand?.authorities ?? authorities
        let terms = Dictionary(signers.map { ($0.name, demand?.terms(of: $0) ?? $0.terms) }) { first, _ in first }
        return verdict.passed.map { attempt in
            Evidence(
                policy: name, authority: attempt.authority ?? "", keyFingerprint: attempt.keyFingerprint ?? "",
                signatureDigest: attempt.layerDigest, manifestDigest: attempt.manifest, terms: terms[attempt.authority ?? ""] ?? "",
                attestation: demand?.name, proof: attempt.evidence)
        }
    }
}

extension BundleEvidence {
    /// Who signed, when a certificate says so.
    package var identity: CertificateIdentity? { if case .identity(let identity) = signer { identity } else { nil } }
}
