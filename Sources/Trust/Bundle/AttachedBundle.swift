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
    static func attempts(_ bundles: AttachedBundles, claim: Claim) -> [SignatureVerdict.Attempt] {
        guard let digest = MessageDigest(text: claim.digest) else { return [] }
        return bundles.all.enumerated().flatMap { number, attached -> [SignatureVerdict.Attempt] in
            switch attached.bundle {
            case .success(let bundle):
                return claim.authorities.compactMap { authority in
                    switch bundle.signer {
                    case .publicKey where authority.keys.isEmpty: nil
                    case .certificate where authority.identities.isEmpty: nil
                    default: attempt(with: bundle, number, attached.place, of: .digest(digest), by: authority, claim, bundles)
                    }
                }
            case .failure(let failure):
                var attempt = attached.place
                attempt.failure = failure
                return [attempt]
            }
        }
    }

    private static func attempt(
        with bundle: Bundle, _ number: Int, _ place: SignatureVerdict.Attempt, of artifact: Artifact, by authority: Authority,
        _ claim: Claim,
        _ bundles: AttachedBundles
    ) -> SignatureVerdict.Attempt {
        var attempt = place
        attempt.authority = authority.name
        do throws(VerificationFailure) {
            let evidence =
                if case .publicKey = bundle.signer {
                    try verify(bundle, number, of: artifact, byKeysOf: authority, claim, bundles)
                } else {
                    try verify(bundle, number, of: artifact, byIdentitiesOf: authority, claim, bundles)
                }
            attempt.evidence = evidence
            attempt.keyFingerprint = evidence.keyFingerprint
        } catch {
            attempt.failure = error
        }
        return attempt
    }

    /// By keys alone: what a log or a time-stamp authority says beside them is not asked for, and so not looked at.
    private static func verify(
        _ bundle: Bundle, _ number: Int, of artifact: Artifact, byKeysOf authority: Authority, _ claim: Claim,
        _ bundles: AttachedBundles
    ) throws(VerificationFailure) -> BundleEvidence {
        var bare = bundle
        bare.logEntries = []
        bare.timestamps = []
        let requirement = BundleRequirement(
            signer: .keys(authority.keys.map { ManagedKey($0) }), content: claim.content, logs: 0, certificateLogs: 0)
        let proven = try bundles.proven(number, of: artifact, requirement, by: .empty) { () throws(VerificationFailure) in
            try BundleVerifier(root: .empty).prove(bare, of: artifact, requirement: requirement)
        }
        return try BundleVerifier.finish(proven, bare, of: artifact, claim.content)
    }

    private static func verify(
        _ bundle: Bundle, _ number: Int, of artifact: Artifact, byIdentitiesOf authority: Authority, _ claim: Claim,
        _ bundles: AttachedBundles
    ) throws(VerificationFailure) -> BundleEvidence {
        let requirement = BundleRequirement(
            signer: .identities(authority.identities), content: claim.content, logs: authority.needsLog ? 1 : 0,
            certificateLogs: authority.needsLog ? 1 : 0)
        return try TrustedRoot.any(of: authority.roots) { (root) throws(VerificationFailure) in
            let proven = try bundles.proven(number, of: artifact, requirement, by: root) { () throws(VerificationFailure) in
                try BundleVerifier(root: root).prove(bundle, of: artifact, requirement: requirement)
            }
            return try BundleVerifier.finish(proven, bundle, of: artifact, claim.content)
        }
    }
}
