import JSON

extension DSSEEnvelope {
    /// A statement's envelope, still to be signed: over its pre-authentication encoding (DSSE v1.0.2).
    package static func unsigned(_ statement: Statement, practice: SigningPractice) -> Unsigned<DSSEEnvelope> {
        let payload = statement.payload
        let message = preAuthenticationEncoding(payloadType: Array(Statement.payloadType.utf8), payload: payload)
        return Unsigned(message: message, practice: practice) { signature, _ in
            DSSEEnvelope(payload: payload, payloadType: Statement.payloadType, signature: signature)
        }
    }

    /// Whether this is the key's valid signature over just this statement.
    package func holds(_ statement: Statement, by key: PublicKey) -> Bool {
        guard payload == statement.payload, payloadType.isIdentical(to: Statement.payloadType) else { return false }
        let subject = SignatureSubject(content: .envelope(self, original: nil), signature: signature, key: key)
        return (try? subject.verify(nil)) != nil
    }

    /// As cosign lays it out in the layers of classic attestations.
    var classicBytes: [UInt8] {
        let signature: JSON = ["keyid": "", "sig": .string(Base64.encode(signature))]
        let envelope: JSON = [
            "payloadType": .string(payloadType), "payload": .string(Base64.encode(payload)), "signatures": [signature],
        ]
        return envelope.bytes()
    }

    /// As a bundle holds it (sigstore_dsse.proto): what is empty is left out.
    var bundleJSON: JSON {
        [
            "payload": .string(Base64.encode(payload)), "payloadType": .string(payloadType),
            "signatures": [["sig": .string(Base64.encode(signature))]],
        ]
    }
}

extension SignatureLayer {
    /// The layer that holds a classic attestation. Its annotation for signatures is there and empty, as cosign has it; the predicate's type is a
    /// hint for who lists attestations.
    package init(attestation envelope: DSSEEnvelope, predicateType: String) {
        let bytes = envelope.classicBytes
        self.init(
            mediaType: Self.attestationMediaType, digest: ContentDigest.sha256(of: bytes), size: bytes.count,
            annotations: [Self.signatureAnnotation: "", "predicateType": predicateType], payload: bytes)
    }
}
