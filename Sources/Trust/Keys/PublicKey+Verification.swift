import Crypto
import CryptoExtras

extension PublicKey {
    /// Whether `signature` was made by this key over `message`.
    ///
    /// ECDSA signatures are DER, and only in the one encoding DER has for them, to which Crypto's reader holds them; s may be high. P-256 hashes with SHA-256; P-384 and
    /// P-521 with SHA-384 and SHA-512 as Sigstore's algorithm registry has it, or with SHA-256 as cosign up to 3.0 makes them. RSA is
    /// PKCS#1 v1.5 with SHA-256 (RFC 8017 §8.2). Ed25519 is pure (RFC 8032 §5.1).
    package func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        switch material {
        case .p256(let key):
            guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA256.hash(data: message))
        case .p384(let key):
            guard let parsed = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA384.hash(data: message))
                || key.isValidSignature(parsed, for: SHA256.hash(data: message))
        case .p521(let key):
            guard let parsed = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA512.hash(data: message))
                || key.isValidSignature(parsed, for: SHA256.hash(data: message))
        case .ed25519(let key):
            return signature.count == 64 && key.isValidSignature(signature, for: message)
        case .rsa(let key):
            guard signature.count * 8 == key.keySizeInBits else { return false }
            let parsed = _RSA.Signing.RSASignature(rawRepresentation: signature)
            // Without naming the padding the library would take PSS.
            return key.isValidSignature(parsed, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        }
    }
}
