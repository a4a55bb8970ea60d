import JSON

extension LogEntry {
    /// Holds when the entry, which the log has vouched for, is of this signature by this key over this content. Gives the hash that the
    /// entry says was signed, where it says one.
    ///
    /// Whole certificates are compared, not their keys: another certificate is another identity.
    func tie(to subject: SignatureSubject) throws(LogFailure) -> DigestAlgorithm? {
        guard let body else { throw .entryMalformed("no canonicalizedBody") }
        switch (try LogEntryBody(body, kind: kind, version: version), subject.content) {
        case (.hashedRekord(let digest, let signature, let verifier), .message(let artifact)):
            guard signature == subject.signature else { throw .entryMismatch(.signature) }
            try Self.check(verifier, of: subject)
            guard subject.digestAlgorithms.contains(digest.algorithm), artifact.digest(digest.algorithm) == digest else {
                throw .entryMismatch(.digest)
            }
            return digest.algorithm
        case (.dsse(let payloadHash, let signature, let verifier), .envelope(let envelope, _)):
            guard signature == subject.signature else { throw .entryMismatch(.signature) }
            try Self.check(verifier, of: subject)
            guard payloadHash == DigestAlgorithm.sha256.hash(envelope.payload) else { throw .entryMismatch(.digest) }
            return nil
        case (.intoto(let payloadHash, let payloadType, let signatureText, let verifier), .envelope(let envelope, _)):
            guard signatureText.elementsEqual(Base64.encode(subject.signature).utf8) else { throw .entryMismatch(.signature) }
            try Self.check(verifier, of: subject)
            guard payloadHash == DigestAlgorithm.sha256.hash(envelope.payload) else { throw .entryMismatch(.digest) }
            guard payloadType.isIdentical(to: envelope.payloadType) else { throw .entryMismatch(.payloadType) }
            return nil
        case (.intotoUnsigned(let envelopeHash, let payloadHash, let verifier), .envelope(let envelope, let original?)):
            // The entry has no signature: only the envelope's own bytes, as they were logged, tie it to one.
            guard envelopeHash == DigestAlgorithm.sha256.hash(original) else { throw .entryMismatch(.signature) }
            try Self.check(verifier, of: subject)
            guard payloadHash.map({ $0 == DigestAlgorithm.sha256.hash(envelope.payload) }) ?? true else { throw .entryMismatch(.digest) }
            return nil
        default:
            throw .entryUnsupported(kind: kind, version: version)
        }
    }

    private static func check(_ verifier: [UInt8], of subject: SignatureSubject) throws(LogFailure) {
        // Nearly always it is the very text that anyone writes, which need not be read to be known.
        let wanted =
            subject.certificate.map { PEMDocument(label: Certificate.label, bytes: $0) }
            ?? PEMDocument(label: PublicKey.label, bytes: subject.key.der)
        if verifier == wanted.encoded { return }
        guard let text = String(validating: verifier, as: UTF8.self), let documents = try? PEMDocument.parse(text), documents.count == 1
        else {
            throw .entryMismatch(.certificate)
        }
        guard documents[0] == wanted else { throw .entryMismatch(.certificate) }
    }
}
