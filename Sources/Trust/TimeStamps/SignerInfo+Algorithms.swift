extension SignerInfo {
    /// The hash over content and attributes (RFC 5754 §2), with parameters absent or NULL.
    func digest() throws(TimestampFailure) -> DigestAlgorithm {
        guard let digest = Self.digest(digestAlgorithm) else {
            throw .algorithm("the signer's hash; wanted SHA-256, SHA-384 or SHA-512")
        }
        return digest
    }

    /// The scheme of the signature: the algorithm that the signer states, which has to fit the authority's key and the hash.
    func scheme(for key: PublicKey) throws(TimestampFailure) -> SignatureScheme {
        let digest = try digest()
        // RFC 3370 §3.2: rsaEncryption alone names no hash; it is the signer's.
        let scheme = signatureAlgorithm == Self.rsaEncryption ? .rsaPKCS1(digest) : Certificate.schemes[signatureAlgorithm]
        guard let scheme, scheme.isMade(by: key.algorithm) else {
            throw .algorithm("the signature's; wanted one that the authority's \(key.algorithm.rawValue) key makes")
        }
        // RFC 5754 §3.2, §3.3 and RFC 8419 §3.1: both name the same hash, SHA-512 for Ed25519.
        guard scheme.digest ?? .sha512 == digest else {
            throw .algorithm("the signature hashes otherwise than the signer says (\(digest.rawValue))")
        }
        return scheme
    }

    static func digest(_ identifier: [UInt8]) -> DigestAlgorithm? {
        for (last, algorithm) in [(UInt8(1), DigestAlgorithm.sha256), (2, .sha384), (3, .sha512)] {
            let type: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
            if identifier == [0x30, 0x0b] + type || identifier == [0x30, 0x0d] + type + [0x05, 0x00] { return algorithm }
        }
        return nil
    }

    private static let rsaEncryption: [UInt8] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
}
