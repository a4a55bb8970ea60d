import JSON

/// Why a signature, or all that was offered as signatures, isn't accepted. Equality is exact, so that tests assert the reason.
package indirect enum VerificationFailure: Error, Sendable, Hashable {
    // What was offered as a whole.
    case artifactDigestMalformed(found: String)
    case noSignatures
    case tooLarge(bytes: Int, limit: Int)
    case tooManyLayers(count: Int, limit: Int)
    case noValidSignature([VerificationFailure])

    // One layer.
    case blobDigestMismatch(found: String, wanted: String)
    case blobSizeMismatch(found: Int, wanted: Int)
    case signatureMissing
    case signatureEncoding

    // One layer under one key.
    case signatureInvalid
    case payloadMalformed(String)
    case payloadType(found: String)
    case digestMismatch(found: String, wanted: String)
    case referenceMismatch(found: String, wanted: String)

    // What else was offered, each with the failures of its own concept.
    case bundle(BundleFailure)
    case log(LogFailure)
    case certificate(CertificateFailure)
    case certificateLog(SCTFailure)
    case identity(IdentityFailure)
    case timestamp(TimestampFailure)
    case statement(StatementFailure)
    case notation(NotationFailure)
    case trustRoot(TrustedRootFailure)
    /// One failure for each trust root that was tried.
    case trustRootsFailed([VerificationFailure])

    // Policies.
    /// Too few of the authorities have signed: who has, how many must, and why nobody else counts.
    case thresholdNotReached(signers: [String], wanted: Int, [VerificationFailure])
    case attestationMissing(name: String, [VerificationFailure])
    /// The signature holds, but the policy says that its signer counts no more.
    case signerRevoked(String)
    case noPolicy(String)
    case policyInvalid([String])
    case policiesFailed([String])
}

extension VerificationFailure: CustomStringConvertible {
    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .artifactDigestMalformed: "artifactDigestMalformed"
        case .noSignatures: "noSignatures"
        case .tooLarge: "tooLarge"
        case .tooManyLayers: "tooManyLayers"
        case .noValidSignature: "noValidSignature"
        case .blobDigestMismatch: "blobDigestMismatch"
        case .blobSizeMismatch: "blobSizeMismatch"
        case .signatureMissing: "signatureMissing"
        case .signatureEncoding: "signatureEncoding"
        case .signatureInvalid: "signatureInvalid"
        case .payloadMalformed: "payloadMalformed"
        case .payloadType: "payloadType"
        case .digestMismatch: "digestMismatch"
        case .referenceMismatch: "referenceMismatch"
        case .bundle(let failure): failure.name
        case .log(let failure): failure.name
        case .certificate(let failure): failure.name
        case .certificateLog(let failure): failure.name
        case .identity(let failure): failure.name
        case .timestamp(let failure): failure.name
        case .statement(let failure): failure.name
        case .notation(let failure): failure.name
        case .trustRoot(let failure): failure.name
        case .trustRootsFailed: "trustRootsFailed"
        case .thresholdNotReached: "thresholdNotReached"
        case .attestationMissing: "attestationMissing"
        case .signerRevoked: "signerRevoked"
        case .noPolicy: "noPolicy"
        case .policyInvalid: "policyInvalid"
        case .policiesFailed: "policiesFailed"
        }
    }

    package var description: String {
        switch self {
        case .artifactDigestMalformed(let found):
            "\"\(found.printable)\" is no digest; wanted sha256: and 64 lower-case hexadecimal digits"
        case .noSignatures:
            "there is no signature; sign the artifact with `graft sign` or `cosign sign --key`"
        case .tooLarge(let bytes, let limit):
            "the signatures are \(bytes) bytes, more than the limit of \(limit)"
        case .tooManyLayers(let count, let limit):
            "\(count) signatures, more than the limit of \(limit); delete the signature tag and sign again"
        case .noValidSignature(let failures):
            failures.count == 1 ? "no signature is valid: \(failures[0])" : "no signature is valid: \(Self.list(failures))"
        case .blobDigestMismatch(let found, let wanted):
            "the registry sent a blob with digest \(found) where the manifest names \(wanted)"
        case .blobSizeMismatch(let found, let wanted):
            "the registry sent a blob of \(found) bytes where the manifest says \(wanted)"
        case .signatureMissing:
            "the layer has no signature in its annotation \(SignatureLayer.signatureAnnotation)"
        case .signatureEncoding:
            "the signature is not strict standard base64"
        case .signatureInvalid:
            "the signature was not made by a trusted key over this payload; sign with a key that the policy names, or add the signer's to it"
        case .payloadMalformed(let why):
            "the signed payload is malformed: \(why.printable)"
        case .payloadType(let found):
            "the signed payload is of type \"\(found.printable)\", wanted \"\(SimpleSigning.type)\""
        case .digestMismatch(let found, let wanted):
            "the signature is for \(found.printable), wanted \(wanted)"
        case .referenceMismatch(let found, let wanted):
            "the signature is for the repository \(found.printable), wanted \(wanted)"
        case .bundle(let failure): failure.description
        case .log(let failure): failure.description
        case .certificate(let failure): failure.description
        case .certificateLog(let failure): failure.description
        case .identity(let failure): failure.description
        case .timestamp(let failure): failure.description
        case .statement(let failure): failure.description
        case .notation(let failure): failure.description
        case .trustRoot(let failure): failure.description
        case .trustRootsFailed(let failures): "no trust root vouches for it: \(Self.list(failures))"
        case .thresholdNotReached(let signers, let wanted, let failures):
            "signed by \(signers.isEmpty ? "nobody" : signers.joined(separator: ", ")), wanted \(wanted) of the policy's authorities"
                + (failures.isEmpty ? "" : ": \(Self.list(failures))")
        case .attestationMissing(let name, let failures):
            failures.isEmpty
                ? "nothing attests \(name); attach the attestation with `graft attest` or `cosign attest`"
                : "nothing attests \(name): \(Self.list(failures))"
        case .signerRevoked(let who): "the policy has revoked its signer, \(who); sign anew with one that counts"
        case .noPolicy(let message): message
        case .policyInvalid(let problems):
            "an invalid policy lets nothing pass: \(problems.joined(separator: "; ")); correct the VerificationPolicy"
        case .policiesFailed(let messages): messages.joined(separator: "; ")
        }
    }

    /// Up to four different reasons, so that a message stays readable whatever was pushed.
    private static func list(_ failures: [VerificationFailure]) -> String {
        var reasons: [String] = []
        for failure in failures where !reasons.contains(failure.description) { reasons.append(failure.description) }
        let shown = reasons.prefix(4).joined(separator: "; ")
        return reasons.count > 4 ? "\(shown); and \(reasons.count - 4) more reasons" : shown
    }
}
