/// Verifies cosign's classic attestations, those in the tag `sha256-<hex>.att`: each layer is an envelope with a statement.
package enum CosignAttestation {
    /// What must have been attested, and by whom.
    package struct Claim: Sendable {
        /// Digest of the artifact's manifest or index.
        package var digest: String
        package var authorities: [Authority]
        package var requirement: AttestationRequirement
        package var roots: [TrustedRoot]
        /// How many different certificate logs must hold a keyless signer's certificate. 0 only for authorities that have none.
        package var certificateLogs: Int

        package init(
            digest: String, authorities: [Authority], requirement: AttestationRequirement, roots: [TrustedRoot] = [],
            certificateLogs: Int = 1
        ) {
            self.digest = digest
            self.authorities = authorities
            self.requirement = requirement
            self.roots = roots
            self.certificateLogs = certificateLogs
        }
    }

    /// One attestation that passes every check is enough. One of another predicate type is a failure like any other: that it is validly
    /// signed makes it no attestation of what was asked for.
    package static func verify(_ manifests: [SignatureManifest], claim: Claim) -> SignatureVerdict {
        CosignSignature.judge(manifests, of: SignatureLayer.attestationMediaType, digest: claim.digest) { layer, attempt in
            attempts(with: layer, as: attempt, claim: claim)
        }
    }

    private static func attempts(
        with layer: SignatureLayer, as attempt: SignatureVerdict.Attempt, claim: Claim
    ) -> [SignatureVerdict.Attempt] {
        let envelope: DSSEEnvelope
        do throws(VerificationFailure) {
            try layer.checkBlob()
            envelope = try DSSEEnvelope(json: layer.payload)
        } catch {
            var attempt = attempt
            attempt.failure = error
            return [attempt]
        }
        var attempts: [SignatureVerdict.Attempt] = []
        for authority in claim.authorities {
            for key in authority.keys {
                var attempt = attempt
                attempt.authority = authority.name
                attempt.keyFingerprint = key.fingerprint
                attempt.failure = failure(of: envelope, by: key, claim: claim)
                attempts.append(attempt)
            }
            guard !authority.identities.isEmpty else { continue }
            var attempt = attempt
            attempt.authority = authority.name
            do throws(VerificationFailure) {
                let evidence = try evidence(for: envelope, in: layer, by: authority, claim: claim)
                attempt.evidence = evidence
                attempt.keyFingerprint = evidence.keyFingerprint
            } catch {
                attempt.failure = error
            }
            attempts.append(attempt)
        }
        return attempts
    }

    private static func failure(of envelope: DSSEEnvelope, by key: PublicKey, claim: Claim) -> VerificationFailure? {
        let subject = SignatureSubject(content: .envelope(envelope, original: nil), signature: envelope.signature, key: key)
        do throws(VerificationFailure) {
            do { try subject.verify(nil) } catch { throw .bundle(error) }
            _ = try check(envelope, by: .key(key.fingerprint), claim: claim)
            return nil
        } catch {
            return error
        }
    }

    private static func evidence(
        for envelope: DSSEEnvelope, in layer: SignatureLayer, by authority: Authority, claim: Claim
    ) throws(VerificationFailure) -> BundleEvidence {
        let material = try KeylessMaterial(layer.annotations, signature: envelope.signature, timestamped: layer.payload, roots: claim.roots)
        let content = SignatureSubject.Content.envelope(envelope, original: layer.payload)
        var evidence = try material.verify(
            content, identities: authority.identities, roots: claim.roots, certificateLogs: claim.certificateLogs)
        evidence.predicateType = try check(envelope, by: evidence.signer, claim: claim)
        return evidence
    }

    /// What the verified envelope says; its predicate's type.
    private static func check(
        _ envelope: DSSEEnvelope, by signer: VerifiedSigner, claim: Claim
    ) throws(VerificationFailure) -> String {
        guard let digest = MessageDigest(text: claim.digest) else { throw .artifactDigestMalformed(found: claim.digest) }
        let statement = try BundleVerifier.statement(in: envelope, about: .digest(digest))
        do { try claim.requirement.check(statement, by: signer) } catch { throw .statement(error) }
        return statement.predicateType
    }
}
