/// How a signature is made: which algorithm, over which hash, in which encoding.
///
/// A verifier names it from the key and the policy. What an attacker writes (a bundle, an envelope) never chooses one alone.
package enum SignatureScheme: Sendable, Hashable, CustomStringConvertible {
    /// ECDSA, `SEQUENCE { r, s }` in DER (RFC 3279 §2.2.3).
    case ecdsa(DigestAlgorithm)
    /// ECDSA, r and s side by side, each as long as the curve's order (IEEE P1363), as JWS and COSE write it.
    case ecdsaFixedSize(DigestAlgorithm)
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    case rsaPKCS1(DigestAlgorithm)
    /// RSASSA-PSS (RFC 8017 §8.1), MGF1 with the same hash, a salt as long as the hash.
    case rsaPSS(DigestAlgorithm)
    /// Ed25519 over the message itself (RFC 8032 §5.1).
    case ed25519

    package var description: String {
        switch self {
        case .ecdsa(let digest): "ECDSA with \(digest.rawValue)"
        case .ecdsaFixedSize(let digest): "ECDSA with \(digest.rawValue), r and s side by side"
        case .rsaPKCS1(let digest): "RSA PKCS#1 v1.5 with \(digest.rawValue)"
        case .rsaPSS(let digest): "RSA-PSS with \(digest.rawValue)"
        case .ed25519: "Ed25519"
        }
    }

    /// The scheme's hash; nil for Ed25519, which hashes by itself.
    package var digest: DigestAlgorithm? {
        switch self {
        case .ecdsa(let digest), .ecdsaFixedSize(let digest), .rsaPKCS1(let digest), .rsaPSS(let digest): digest
        case .ed25519: nil
        }
    }

    /// Whether keys of this kind make such signatures.
    package func isMade(by algorithm: KeyAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.ecdsa, .ecdsaP256), (.ecdsa, .ecdsaP384), (.ecdsa, .ecdsaP521): true
        case (.ecdsaFixedSize, .ecdsaP256), (.ecdsaFixedSize, .ecdsaP384), (.ecdsaFixedSize, .ecdsaP521): true
        case (.rsaPKCS1, .rsa2048), (.rsaPKCS1, .rsa3072), (.rsaPKCS1, .rsa4096): true
        case (.rsaPSS, .rsa2048), (.rsaPSS, .rsa3072), (.rsaPSS, .rsa4096): true
        case (.ed25519, .ed25519): true
        default: false
        }
    }
}
