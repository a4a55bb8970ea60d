/// Verifies Sigstore bundles against one trust root, offline: bytes, root and requirement in, evidence or the first failure out.
///
/// The order is fixed (Sigstore client specification §4): times, chain at each of them, certificate logs, identity, log entries, what ties them to
/// the bundle, the signature, and what was signed. Nothing is read of what nobody has signed.
package struct BundleVerifier: Sendable {
    let root: TrustedRoot

    package init(root: TrustedRoot) { self.root = root }

    package func verify(
        _ bundle: Bundle, of artifact: Artifact, requirement: BundleRequirement
    ) throws(VerificationFailure) -> BundleEvidence {
        try Self.finish(prove(bundle, of: artifact, requirement: requirement), bundle, of: artifact, requirement.content)
    }

    /// By whom, when, and where it is logged: everything that takes signature checks. What was signed isn't looked at, nor is `requirement.content`.
    func prove(
        _ bundle: Bundle, of artifact: Artifact, requirement: BundleRequirement
    ) throws(VerificationFailure) -> BundleEvidence {
        guard Set(bundle.logEntries.map(\.logID)).count >= requirement.logs else { throw .log(.logEntryMissing) }
        for entry in bundle.logEntries where !entry.isKnown { throw .log(.entryUnsupported(kind: entry.kind, version: entry.version)) }
        let proof = SignatureProof(
            signature: bundle.signature, timestamped: bundle.signature, logEntries: bundle.logEntries, timestamps: bundle.timestamps)
        let content: SignatureSubject.Content =
            switch bundle.content {
            case .message: .message(artifact)
            case .envelope(let envelope): .envelope(envelope, original: nil)
            }
        switch (bundle.signer, requirement.signer) {
        case (.certificate(let leaf, let intermediates), .identities(let identities)):
            let leaf = try Self.noRoot(leaf)
            // What the bundle brings along counts only where the root has it too: then it needn't be brought.
            for certificate in intermediates { _ = try Self.noRoot(certificate) }
            return try verify(
                proof, content: content, certificate: leaf, intermediates: [], identities: identities,
                certificateLogs: requirement.certificateLogs)
        case (.publicKey(let hint), .keys(let keys)):
            return try verify(proof, content: content, keys: keys, hint: hint)
        case (.publicKey, .identities): throw .bundle(.keyMissing)
        case (.certificate, .keys): throw .bundle(.certificateUnexpected)
        }
    }

    /// What the signer, who was proven, has signed: about this artifact, and as it is wanted.
    static func finish(
        _ proven: BundleEvidence, _ bundle: Bundle, of artifact: Artifact, _ wanted: BundleRequirement.Content
    ) throws(VerificationFailure) -> BundleEvidence {
        try checkHint(of: bundle, artifact)
        var evidence = proven
        evidence.predicateType = try check(bundle.content, artifact, wanted, by: proven.signer)
        return evidence
    }

    /// A self-signed certificate in a bundle is an attempt to bring a root along, or a mistake.
    private static func noRoot(_ der: [UInt8]) throws(VerificationFailure) -> Certificate {
        let certificate: Certificate
        do { certificate = try Certificate(der: der) } catch { throw .certificate(error) }
        guard certificate.issuer != certificate.subject || certificate.subject.isEmpty else { throw .bundle(.rootInBundle) }
        return certificate
    }

    private static func checkHint(of bundle: Bundle, _ artifact: Artifact) throws(VerificationFailure) {
        guard case .message(let message) = bundle.content, let hint = message.digest else { return }
        guard artifact.digest(hint.algorithm) == hint else { throw .bundle(.digestHintMismatch) }
    }

    /// What was signed is about the artifact, and satisfies. The signature over it was verified.
    private static func check(
        _ content: Bundle.Content, _ artifact: Artifact, _ requirement: BundleRequirement.Content, by signer: VerifiedSigner
    ) throws(VerificationFailure) -> String? {
        switch (content, requirement) {
        case (.message, .signature), (.message, .any): return nil
        case (.message, .attestation): throw .bundle(.contentMismatch(found: "a signature over the artifact", wanted: "an attestation"))
        case (.envelope(let envelope), _):
            let statement = try Self.statement(in: envelope, about: artifact)
            do {
                switch requirement {
                case .signature: try AttestationRequirement(predicateTypes: [PredicateType.cosignSignature]).check(statement, by: signer)
                case .attestation(let attestation): try attestation.check(statement, by: signer)
                case .any: break
                }
            } catch {
                throw .statement(error)
            }
            return statement.predicateType
        }
    }

    static func statement(in envelope: DSSEEnvelope, about artifact: Artifact) throws(VerificationFailure) -> Statement {
        do {
            guard envelope.payloadType.isIdentical(to: Statement.payloadType) else {
                throw StatementFailure.payloadType(found: String(envelope.payloadType.prefix(128)))
            }
            let statement = try Statement(payload: envelope.payload)
            try statement.checkSubject(artifact)
            return statement
        } catch let failure as StatementFailure {
            throw .statement(failure)
        } catch {
            throw .statement(.statementMalformed("\(error)"))
        }
    }
}
