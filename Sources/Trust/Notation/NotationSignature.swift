import JSON

/// Verifies signatures of the Notary Project that are attached to an artifact (signing-and-verification-workflow.md), offline: whether a certificate
/// was revoked by its authority is not asked for, since only a network could tell. A policy's `revoked` says it instead.
package enum NotationSignature {
    /// Artifact type of the manifests that hold them; where a registry knows of none, the media type of their config.
    package static let artifactType = "application/vnd.cncf.notary.signature"
    package static let layerMediaTypes = Set(NotationEnvelope.Encoding.allCases.map(\.rawValue))

    /// Every signature under one authority. What passes is evidence; what fails is reported and does no harm.
    static func attempts(
        _ manifests: [SignatureManifest], by authority: Authority, of digest: String, on occasion: Occasion?
    ) -> [SignatureVerdict.Attempt] {
        guard let requirement = authority.notation else { return [] }
        var attempts: [SignatureVerdict.Attempt] = []
        for manifest in manifests {
            for (index, layer) in manifest.layers.enumerated() {
                guard let encoding = NotationEnvelope.Encoding(rawValue: layer.mediaType) else { continue }
                var attempt = SignatureVerdict.Attempt(
                    manifest: manifest.digest, layer: index, layerDigest: layer.digest, authority: authority.name)
                do throws(VerificationFailure) {
                    try layer.checkBlob()
                    let evidence = try evidence(of: layer.payload, as: encoding, requirement, digest, occasion)
                    attempt.evidence = evidence
                    attempt.keyFingerprint = evidence.keyFingerprint
                } catch {
                    attempt.failure = error
                }
                attempts.append(attempt)
            }
        }
        return attempts
    }

    private static func evidence(
        of bytes: [UInt8], as encoding: NotationEnvelope.Encoding, _ requirement: NotationRequirement, _ digest: String,
        _ occasion: Occasion?
    ) throws(VerificationFailure) -> BundleEvidence {
        do throws(NotationFailure) {
            guard let occasion else { throw .occasionUnknown }
            return try verify(bytes, as: encoding, requirement: requirement, digest: digest, on: occasion)
        } catch {
            throw .notation(error)
        }
    }

    /// The checks, in order: what the signature says of itself, the chain and its root, the algorithm, the signature, time, signer, and at last,
    /// when all of this holds, what was signed.
    static func verify(
        _ bytes: [UInt8], as encoding: NotationEnvelope.Encoding, requirement: NotationRequirement, digest: String, on occasion: Occasion
    ) throws(NotationFailure) -> BundleEvidence {
        let envelope = try NotationEnvelope(bytes, as: encoding)
        let attributes = try NotationAttributes(envelope.headers)
        let roots = requirement.roots(for: attributes.scheme)
        let chain = try NotationChain(envelope.certificates, roots: roots)
        guard roots.contains(chain.root) else {
            throw .untrustedRoot("\(chain.root), sha256 \(chain.root.fingerprint)")
        }
        try requireSignature(envelope, chain)
        let time = try NotationTime(of: envelope, attributes, chain, requirement, now: occasion.now)
        try requireIdentity(chain.leaf, requirement)
        try NotationPayload(json: envelope.payload).require(digest, on: occasion)
        return BundleEvidence(
            signer: .identity(CertificateIdentity(subject: chain.leaf.subject, root: chain.root)), keyFingerprint: chain.key.fingerprint,
            authority: "\(chain.root.subject)", certificateFingerprint: chain.leaf.fingerprint,
            rootDigest: ContentDigest.prefix + chain.root.fingerprint, times: time.times, logEntries: [], certificateLogs: [],
            predicateType: nil, rejectedTimestamps: time.rejected, holdsUntil: time.holdsUntil)
    }

    /// By the algorithm of the signer's key, which the header has to repeat.
    private static func requireSignature(_ envelope: NotationEnvelope, _ chain: NotationChain) throws(NotationFailure) {
        guard let stated = envelope.headers.algorithm else { throw .headerMissing("alg") }
        guard let algorithm = NotationAlgorithm(rawValue: stated) else { throw .algorithmUnsupported(stated) }
        guard algorithm == chain.algorithm else { throw .algorithmMismatch(found: stated, wanted: chain.algorithm.rawValue) }
        guard chain.key.isValid(signature: envelope.signature, for: envelope.signedBytes, scheme: algorithm.scheme) else {
            throw .signatureInvalid
        }
    }

    private static func requireIdentity(_ leaf: Certificate, _ requirement: NotationRequirement) throws(NotationFailure) {
        let subject = leaf.subject
        guard subject.parts.count == subject.attributes.count else {
            throw .subjectMalformed("\(subject) has several attributes in one part")
        }
        guard let identities = requirement.identities else { return }
        for pattern in identities where try pattern.accepts(subject) { return }
        throw .identityMismatch(found: subject.identityText.printable, wanted: identities.map { "\"\($0)\"" })
    }
}
