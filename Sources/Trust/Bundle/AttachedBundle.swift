/// Verifies bundles that were attached to an artifact (as referrers, or under the fallback tag): each is a layer of a manifest of its own.
package enum AttachedBundle {
    /// Media types of bundles begin so; the version stands behind it, or in a parameter.
    package static let mediaTypePrefix = "application/vnd.dev.sigstore.bundle"

    /// What must have been signed or attested, and by whom.
    package struct Claim: Sendable {
        /// Digest of the artifact's manifest or index.
        package var digest: String
        package var authorities: [Authority]
        package var content: BundleRequirement.Content

        package init(digest: String, authorities: [Authority], content: BundleRequirement.Content) {
            self.digest = digest
            self.authorities = authorities
            self.content = content
        }
    }

    /// Every bundle under every authority. What passes is evidence; what fails is reported and does no harm.
    static func attempts(_ manifests: [SignatureManifest], claim: Claim) -> [SignatureVerdict.Attempt] {
        guard let digest = MessageDigest(text: claim.digest) else { return [] }
        var attempts: [SignatureVerdict.Attempt] = []
        for manifest in manifests {
            for (index, layer) in manifest.layers.enumerated() where layer.mediaType.hasPrefix(mediaTypePrefix) {
                let attempt = SignatureVerdict.Attempt(manifest: manifest.digest, layer: index, layerDigest: layer.digest)
                do throws(VerificationFailure) {
                    try layer.checkBlob()
                    let bundle = try Bundle(json: layer.payload)
                    attempts += claim.authorities.flatMap { Self.attempts(with: bundle, of: .digest(digest), by: $0, claim, attempt) }
                } catch {
                    var attempt = attempt
                    attempt.failure = error
                    attempts.append(attempt)
                }
            }
        }
        return attempts
    }

    private static func attempts(
        with bundle: Bundle, of artifact: Artifact, by authority: Authority, _ claim: Claim, _ attempt: SignatureVerdict.Attempt
    ) -> [SignatureVerdict.Attempt] {
        var attempt = attempt
        attempt.authority = authority.name
        let evidence: BundleEvidence
        do throws(VerificationFailure) {
            switch bundle.signer {
            case .publicKey where authority.keys.isEmpty: return []
            case .certificate where authority.identities.isEmpty: return []
            case .publicKey: evidence = try verify(bundle, of: artifact, byKeysOf: authority, claim)
            case .certificate: evidence = try verify(bundle, of: artifact, byIdentitiesOf: authority, claim)
            }
            attempt.evidence = evidence
            attempt.keyFingerprint = evidence.keyFingerprint
        } catch {
            attempt.failure = error
        }
        return [attempt]
    }

    /// By keys alone: what a log or a time-stamp authority says beside them is not asked for, and so not looked at.
    private static func verify(
        _ bundle: Bundle, of artifact: Artifact, byKeysOf authority: Authority, _ claim: Claim
    ) throws(VerificationFailure) -> BundleEvidence {
        var bundle = bundle
        bundle.logEntries = []
        bundle.timestamps = []
        let requirement = BundleRequirement(
            signer: .keys(authority.keys.map { ManagedKey($0) }), content: claim.content, logs: 0, certificateLogs: 0)
        return try BundleVerifier(root: .empty).verify(bundle, of: artifact, requirement: requirement)
    }

    private static func verify(
        _ bundle: Bundle, of artifact: Artifact, byIdentitiesOf authority: Authority, _ claim: Claim
    ) throws(VerificationFailure) -> BundleEvidence {
        let requirement = BundleRequirement(
            signer: .identities(authority.identities), content: claim.content, logs: authority.needsLog ? 1 : 0,
            certificateLogs: authority.needsLog ? 1 : 0)
        return try TrustedRoot.any(of: authority.roots) { (root) throws(VerificationFailure) in
            try BundleVerifier(root: root).verify(bundle, of: artifact, requirement: requirement)
        }
    }
}
