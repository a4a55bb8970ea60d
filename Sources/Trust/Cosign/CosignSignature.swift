import JSON

/// Verifies cosign's classic signatures, those in the tag `sha256-<hex>.sig`, by public keys and by identities.
///
/// One signature that passes every check is enough; what fails beside it is reported and does no harm. Each check and its failure
/// has a test that fails when the check is left out.
package enum CosignSignature {
    /// What must have been signed, and by whom.
    package struct Claim: Sendable {
        /// Digest of the artifact's manifest or index.
        package var digest: String
        /// Registry and repository, without tag.
        package var repository: String
        package var authorities: [Authority]
        package var signedReference: SignedReference
        /// What vouches for identities. Each is tried by itself: none completes what another vouches for in part.
        package var roots: [TrustedRoot]
        /// How many different certificate logs must hold a keyless signer's certificate. 0 only for authorities that have none.
        package var certificateLogs: Int

        package init(
            digest: String, repository: String, authorities: [Authority], signedReference: SignedReference = .ignore,
            roots: [TrustedRoot] = [], certificateLogs: Int = 1
        ) {
            self.digest = digest
            self.repository = repository
            self.authorities = authorities
            self.signedReference = signedReference
            self.roots = roots
            self.certificateLogs = certificateLogs
        }
    }

    package static func verify(_ manifests: [SignatureManifest], claim: Claim) -> SignatureVerdict {
        judge(manifests, of: SignatureLayer.mediaType, digest: claim.digest) { layer, attempt in
            attempts(with: layer, as: attempt, claim: claim)
        }
    }

    /// Every layer of a media type, whatever is tried with it; the others are passed over. One attempt that passes is enough.
    static func judge(
        _ manifests: [SignatureManifest], of mediaType: String, digest: String,
        attempts: (SignatureLayer, SignatureVerdict.Attempt) -> [SignatureVerdict.Attempt]
    ) -> SignatureVerdict {
        var verdict = SignatureVerdict()
        if let failure = failure(of: manifests, digest: digest) {
            verdict.failure = failure
            return verdict
        }
        for manifest in manifests {
            for (index, layer) in manifest.layers.enumerated() {
                guard layer.mediaType.isIdentical(to: mediaType) else {
                    verdict.ignoredLayers += 1
                    continue
                }
                verdict.attempts += attempts(layer, .init(manifest: manifest.digest, layer: index, layerDigest: layer.digest))
            }
        }
        if verdict.attempts.isEmpty {
            verdict.failure = .noSignatures
        } else if verdict.passed.isEmpty {
            verdict.failure = .noValidSignature(verdict.attempts.compactMap(\.failure))
        }
        return verdict
    }

    /// What is wrong with the whole, before anything is computed over it.
    static func failure(of manifests: [SignatureManifest], digest: String) -> VerificationFailure? {
        guard ContentDigest.isSHA256(digest) else { return .artifactDigestMalformed(found: digest) }
        let layers = manifests.reduce(0) { $0 + $1.layers.count }
        guard layers <= SignatureLimits.layers else { return .tooManyLayers(count: layers, limit: SignatureLimits.layers) }
        let bytes = manifests.reduce(0) { $0 + $1.layers.reduce(0) { $0 + $1.payload.count } }
        guard bytes <= SignatureLimits.bytes else { return .tooLarge(bytes: bytes, limit: SignatureLimits.bytes) }
        return layers == 0 ? .noSignatures : nil
    }

    /// One layer under every key of every authority; a single failed attempt when no key need be tried.
    private static func attempts(
        with layer: SignatureLayer, as attempt: SignatureVerdict.Attempt, claim: Claim
    ) -> [SignatureVerdict.Attempt] {
        var attempt = attempt
        let signature: [UInt8]
        do {
            signature = try self.signature(of: layer)
        } catch {
            attempt.failure = error
            return [attempt]
        }
        var attempts: [SignatureVerdict.Attempt] = []
        for authority in claim.authorities {
            for key in authority.keys {
                attempt.authority = authority.name
                attempt.keyFingerprint = key.fingerprint
                attempt.failure = failure(of: signature, over: layer.payload, by: key, claim: claim)
                attempts.append(attempt)
            }
            guard !authority.identities.isEmpty else { continue }
            attempt.authority = authority.name
            attempt.keyFingerprint = nil
            do {
                let material = try KeylessMaterial(
                    layer.annotations, signature: signature, timestamped: signature, roots: claim.roots)
                let evidence = try material.verify(
                    .message(.bytes(layer.payload)), identities: authority.identities, roots: claim.roots,
                    certificateLogs: claim.certificateLogs)
                attempt.failure = failure(of: layer.payload, claim: claim)
                attempt.keyFingerprint = evidence.keyFingerprint
                if attempt.failure == nil { attempt.evidence = evidence }
            } catch {
                attempt.failure = error
            }
            attempts.append(attempt)
            attempt.evidence = nil
        }
        return attempts
    }

    /// The signature's bytes, once the layer is known to be what its manifest says.
    private static func signature(of layer: SignatureLayer) throws(VerificationFailure) -> [UInt8] {
        try layer.checkBlob()
        guard let text = layer.annotations[SignatureLayer.signatureAnnotation], !text.isEmpty else { throw .signatureMissing }
        guard let signature = Base64.decode(text) else { throw .signatureEncoding }
        return signature
    }

    private static func failure(
        of signature: [UInt8], over payload: [UInt8], by key: PublicKey, claim: Claim
    ) -> VerificationFailure? {
        guard key.isValid(signature: signature, for: payload) else { return .signatureInvalid }
        return failure(of: payload, claim: claim)
    }

    /// What is wrong with a payload whose signature has been verified.
    private static func failure(of payload: [UInt8], claim: Claim) -> VerificationFailure? {
        do {
            // Only now: nothing that nobody signed is ever interpreted.
            let signed = try SimpleSigning(payload: payload)
            guard signed.manifestDigest.isIdentical(to: claim.digest) else {
                return .digestMismatch(found: signed.manifestDigest, wanted: claim.digest)
            }
            if claim.signedReference == .repository {
                let found = RepositoryName.normalized(signed.dockerReference)
                let wanted = RepositoryName.normalized(claim.repository)
                guard found.isIdentical(to: wanted) else { return .referenceMismatch(found: found, wanted: wanted) }
            }
            return nil
        } catch {
            return error
        }
    }
}
