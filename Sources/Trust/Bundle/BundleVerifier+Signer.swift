import JSON

extension BundleVerifier {
    /// A signature by the key of a certificate, which an authority of the root issued to one of these identities.
    ///
    /// - Parameter known: the hash under which this very signature was found to hold by this very certificate's key, over this content.
    func verify(
        _ proof: SignatureProof, content: SignatureSubject.Content, certificate leaf: Certificate, intermediates: [Certificate],
        identities: [IdentityRequirement], certificateLogs threshold: Int, known: SignatureSubject.Hash? = nil
    ) throws(VerificationFailure) -> BundleEvidence {
        let times = try establishTimes(of: proof)
        guard !times.times.isEmpty else { throw .bundle(.noTrustedTime(rejected: times.rejected)) }
        let (path, authority) = try path(to: leaf, intermediates: intermediates, at: times.moments)
        var certificateLogs: [String] = []
        if threshold > 0 {
            do {
                certificateLogs = try path.verifyTimestamps(logs: root.certificateLogs, threshold: threshold).map(\.log.name)
            } catch {
                throw .certificateLog(error)
            }
        }
        let identity = try Self.identity(of: leaf, among: identities)
        let key: PublicKey
        do { key = try leaf.publicKey() } catch { throw .certificate(error) }
        let subject = SignatureSubject(content: content, signature: proof.signature, key: key, certificate: leaf.der)
        let (places, digest) = try verifyLogEntries(proof.logEntries, of: subject, times: times)
        if known?.satisfies(digest) != true { try Self.verify(subject, digest) }
        return BundleEvidence(
            signer: .identity(identity), keyFingerprint: key.fingerprint, authority: authority, certificateFingerprint: leaf.fingerprint,
            rootDigest: root.digest, times: times.times, logEntries: places, certificateLogs: certificateLogs, predicateType: nil,
            rejectedTimestamps: times.rejected)
    }

    /// A signature by one of these keys. The hint only says which one to speak of where none fits.
    func verify(
        _ proof: SignatureProof, content: SignatureSubject.Content, keys: [ManagedKey], hint: String
    ) throws(VerificationFailure) -> BundleEvidence {
        guard !keys.isEmpty else { throw .bundle(.keyMissing) }
        let times = try establishTimes(of: proof)
        let hinted = keys.filter { Self.hints(of: $0.key).contains { $0.isIdentical(to: hint) } }
        var failures: [VerificationFailure] = []
        for key in hinted.isEmpty ? keys : hinted {
            do {
                return try verify(proof, content: content, key: key, times: times)
            } catch {
                failures.append(error)
            }
        }
        throw failures.count == 1 ? failures[0] : .bundle(.keyUnknown(hint: String(hint.prefix(128))))
    }

    private func verify(
        _ proof: SignatureProof, content: SignatureSubject.Content, key: ManagedKey, times: EstablishedTimes
    ) throws(VerificationFailure) -> BundleEvidence {
        let fingerprint = key.key.fingerprint
        if let window = key.window {
            guard !times.times.isEmpty, times.moments.allSatisfy(window.contains) else {
                throw .bundle(.keyWindow(fingerprint: fingerprint))
            }
        }
        let subject = SignatureSubject(content: content, signature: proof.signature, key: key.key, certificate: nil)
        let (places, digest) = try verifyLogEntries(proof.logEntries, of: subject, times: times)
        try Self.verify(subject, digest)
        return BundleEvidence(
            signer: .key(fingerprint), keyFingerprint: fingerprint, authority: nil, certificateFingerprint: nil, rootDigest: root.digest,
            times: times.times, logEntries: places, certificateLogs: [], predicateType: nil, rejectedTimestamps: times.rejected)
    }

    /// How signers hint at a key: base64 of the SHA-256 of its SubjectPublicKeyInfo, bare as cosign writes it, or as OpenSSH does.
    private static func hints(of key: PublicKey) -> [String] {
        let hash = Base64.encode(DigestAlgorithm.sha256.hash(key.der))
        return [hash, "SHA256:" + String(hash.prefix { $0 != "=" })]
    }

    private static func verify(_ subject: SignatureSubject, _ digest: DigestAlgorithm?) throws(VerificationFailure) {
        do { try subject.verify(digest) } catch { throw .bundle(error) }
    }

    /// The one authority under which the whole path holds at every time.
    private func path(
        to leaf: Certificate, intermediates: [Certificate], at times: [Moment]
    ) throws(VerificationFailure) -> (CertificatePath, String) {
        // Those who can't have issued it by themselves are asked last: to word their objections takes longer than to see that.
        let authorities = root.certificateAuthorities
        let likely = authorities.indices.filter { authorities[$0].mayHaveIssued(leaf) }
        var failures = [CertificateFailure?](repeating: nil, count: authorities.count)
        for index in likely + authorities.indices.filter({ !likely.contains($0) }) {
            do {
                return (try authorities[index].validate(leaf: leaf, intermediates: intermediates, at: times), authorities[index].name)
            } catch {
                failures[index] = error
            }
        }
        // That other authorities didn't issue it is no news; what keeps the one that did from vouching for it is.
        let all = failures.compactMap(\.self)
        throw .certificate(
            all.first { $0.name != "untrustedChain" } ?? all.first ?? .untrustedChain("the TrustRoot names no certificate authority"))
    }

    private static func identity(
        of leaf: Certificate, among requirements: [IdentityRequirement]
    ) throws(VerificationFailure) -> CertificateIdentity {
        do throws(IdentityFailure) {
            let identity = try CertificateIdentity(leaf)
            var failures: [IdentityFailure] = []
            for requirement in requirements {
                do {
                    try requirement.check(identity)
                    return identity
                } catch {
                    failures.append(error)
                }
            }
            throw failures.first ?? .policyInvalid("it names no identity")
        } catch {
            throw .identity(error)
        }
    }
}
