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
                let trial = Trial(bundle: bundle, number: number, artifact: .digest(digest), content: claim.content, bundles: bundles)
                return claim.authorities.compactMap { trial.attempt(attached.place, by: $0) }
            case .failure(let failure):
                var attempt = attached.place
                attempt.failure = failure
                return [attempt]
            }
        }
    }
}

/// A bundle of several, held against one authority after the other.
private struct Trial {
    let bundle: Bundle
    /// Its place among all.
    let number: Int
    let artifact: Artifact
    let content: BundleRequirement.Content
    let bundles: AttachedBundles

    /// Nil where the authority has nobody who signs as this was signed.
    func attempt(_ place: SignatureVerdict.Attempt, by authority: Authority) -> SignatureVerdict.Attempt? {
        var attempt = place
        attempt.authority = authority.name
        do throws(VerificationFailure) {
            let evidence: BundleEvidence
            switch bundle.signer {
            case .publicKey where authority.keys.isEmpty: return nil
            case .certificate where authority.identities.isEmpty: return nil
            case .publicKey: evidence = try verify(byKeysOf: authority)
            case .certificate: evidence = try verify(byIdentitiesOf: authority)
            }
            attempt.evidence = evidence
            attempt.keyFingerprint = evidence.keyFingerprint
        } catch {
            attempt.failure = error
        }
        return attempt
    }

    /// By keys alone: what a log or a time-stamp authority says beside them is not asked for, and so not looked at.
    private func verify(byKeysOf authority: Authority) throws(VerificationFailure) -> BundleEvidence {
        var bundle = bundle
        bundle.logEntries = []
        bundle.timestamps = []
        let requirement = BundleRequirement(
            signer: .keys(authority.keys.map { ManagedKey($0) }), content: content, logs: 0, certificateLogs: 0)
        return try verify(bundle, requirement, by: .empty)
    }

    private func verify(byIdentitiesOf authority: Authority) throws(VerificationFailure) -> BundleEvidence {
        let logs = authority.needsLog ? 1 : 0
        let requirement = BundleRequirement(
            signer: .identities(authority.identities), content: content, logs: logs, certificateLogs: logs)
        return try TrustedRoot.any(of: authority.roots) { (root) throws(VerificationFailure) in
            try verify(bundle, requirement, by: root)
        }
    }

    private func verify(
        _ bundle: Bundle, _ requirement: BundleRequirement, by root: TrustedRoot
    ) throws(VerificationFailure) -> BundleEvidence {
        let proven = try bundles.proven(number, of: artifact, requirement, by: root) { () throws(VerificationFailure) in
            try BundleVerifier(root: root).prove(bundle, of: artifact, requirement: requirement)
        }
        return try BundleVerifier.finish(proven, bundle, of: artifact, content)
    }
}
