import JSON

/// The leaf of a `hashedrekord` 0.0.2 entry, computed from what a bundle holds (Rekor v2 client specification §6.1.4): canonical JSON
/// (RFC 8785), its members in order, every text of it ASCII that needs no escape.
///
/// What is computed can't leave a field uncompared.
enum CanonicalEntry {
    static func bytes(of subject: SignatureSubject, digest: MessageDigest, keyDetails: String) -> [UInt8] {
        let verifier =
            if let certificate = subject.certificate {
                "\"x509Certificate\":{\"rawBytes\":\"\(Base64.encode(certificate))\"}"
            } else {
                "\"publicKey\":{\"rawBytes\":\"\(Base64.encode(subject.key.der))\"}"
            }
        let data = "{\"algorithm\":\"\(digest.algorithm.protoName)\",\"digest\":\"\(Base64.encode(digest.bytes))\"}"
        // In code-point order keyDetails stands before both kinds of verifier.
        let signature =
            "{\"content\":\"\(Base64.encode(subject.signature))\",\"verifier\":{\"keyDetails\":\"\(keyDetails)\",\(verifier)}}"
        return Array(
            "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":{\"data\":\(data),\"signature\":\(signature)}}}"
                .utf8)
    }

    /// The key's name in Sigstore's protocol buffers (PublicKeyDetails) when it signs with this hash.
    static func keyDetails(_ algorithm: KeyAlgorithm, _ digest: DigestAlgorithm) -> String? {
        switch (algorithm, digest) {
        case (.ecdsaP256, .sha256): "PKIX_ECDSA_P256_SHA_256"
        case (.ecdsaP384, .sha384): "PKIX_ECDSA_P384_SHA_384"
        case (.ecdsaP384, .sha256): "PKIX_ECDSA_P384_SHA_256"
        case (.ecdsaP521, .sha512): "PKIX_ECDSA_P521_SHA_512"
        case (.ecdsaP521, .sha256): "PKIX_ECDSA_P521_SHA_256"
        case (.rsa2048, .sha256): "PKIX_RSA_PKCS1V15_2048_SHA256"
        case (.rsa3072, .sha256): "PKIX_RSA_PKCS1V15_3072_SHA256"
        case (.rsa4096, .sha256): "PKIX_RSA_PKCS1V15_4096_SHA256"
        default: nil
        }
    }

    /// Says of a leaf that isn't the computed one where it differs. Only for the message: that it differs has decided already.
    static func difference(of body: [UInt8], from subject: SignatureSubject) -> LogFailure {
        guard let json = try? JSON.parse(body, limits: JSONLimits(size: LogEntryBody.sizeLimit, depth: LogEntryBody.depthLimit)) else {
            return .entryMalformed("not JSON")
        }
        guard json["kind"] == "hashedrekord", json["apiVersion"] == "0.0.2", let entry = json["spec"]?["hashedRekordV002"] else {
            return .entryMismatch(.kind)
        }
        let signature = entry["signature"]
        if signature?["content"]?.string != Base64.encode(subject.signature) { return .entryMismatch(.signature) }
        let verifier = signature?["verifier"]
        let found = verifier?["x509Certificate"]?["rawBytes"]?.string ?? verifier?["publicKey"]?["rawBytes"]?.string
        if found != Base64.encode(subject.certificate ?? subject.key.der) { return .entryMismatch(.certificate) }
        let digests = subject.digestAlgorithms.compactMap(subject.digest)
        guard
            let digest = digests.first(where: {
                entry["data"]?["algorithm"]?.string == $0.algorithm.protoName && entry["data"]?["digest"]?.string == Base64.encode($0.bytes)
            })
        else { return .entryMismatch(.digest) }
        if verifier?["keyDetails"]?.string != keyDetails(subject.key.algorithm, digest.algorithm) { return .entryMismatch(.keyDetails) }
        return .entryMalformed("not in canonical form")
    }
}
