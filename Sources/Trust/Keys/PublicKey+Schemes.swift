import Crypto
import CryptoExtras

extension PublicKey {
    /// Whether `signature` was made by this key over `message` in just this scheme. False where the key makes no such signatures.
    package func isValid(signature: [UInt8], for message: [UInt8], scheme: SignatureScheme) -> Bool {
        guard let algorithm = scheme.digest else {
            guard case .ed25519(let key) = material, scheme == .ed25519 else { return false }
            return signature.count == 64 && key.isValidSignature(signature, for: message)
        }
        return isValid(signature: signature, digest: MessageDigest(hashing: message, with: algorithm), scheme: scheme)
    }

    /// The same over a digest that is already known. False where the digest isn't the scheme's, and for Ed25519, which signs messages.
    package func isValid(signature: [UInt8], digest: MessageDigest, scheme: SignatureScheme) -> Bool {
        guard scheme.digest == digest.algorithm, scheme.isMade(by: algorithm) else { return false }
        return switch digest.value {
        case .sha256(let value): isValid(signature, value, scheme)
        case .sha384(let value): isValid(signature, value, scheme)
        case .sha512(let value): isValid(signature, value, scheme)
        }
    }

    private func isValid(_ signature: [UInt8], _ digest: some Digest, _ scheme: SignatureScheme) -> Bool {
        switch material {
        case .p256(let key):
            guard let parsed = Self.p256Signature(signature, scheme) else { return false }
            return key.isValidSignature(parsed, for: digest)
        case .p384(let key):
            guard let parsed = Self.p384Signature(signature, scheme) else { return false }
            return key.isValidSignature(parsed, for: digest)
        case .p521(let key):
            guard let parsed = Self.p521Signature(signature, scheme) else { return false }
            return key.isValidSignature(parsed, for: digest)
        case .rsa(let key):
            guard signature.count * 8 == key.keySizeInBits else { return false }
            let parsed = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return switch scheme {
            case .rsaPKCS1: key.isValidSignature(parsed, for: digest, padding: .insecurePKCS1v1_5)
            case .rsaPSS: key.isValidSignature(parsed, for: digest, padding: .PSS)
            case .ecdsa, .ecdsaFixedSize, .ed25519: false
            }
        case .ed25519:
            return false
        }
    }

    private static func p256Signature(_ bytes: [UInt8], _ scheme: SignatureScheme) -> P256.Signing.ECDSASignature? {
        guard case .ecdsaFixedSize = scheme else { return try? P256.Signing.ECDSASignature(derRepresentation: bytes) }
        return bytes.count == 64 ? try? P256.Signing.ECDSASignature(rawRepresentation: bytes) : nil
    }

    private static func p384Signature(_ bytes: [UInt8], _ scheme: SignatureScheme) -> P384.Signing.ECDSASignature? {
        guard case .ecdsaFixedSize = scheme else { return try? P384.Signing.ECDSASignature(derRepresentation: bytes) }
        return bytes.count == 96 ? try? P384.Signing.ECDSASignature(rawRepresentation: bytes) : nil
    }

    private static func p521Signature(_ bytes: [UInt8], _ scheme: SignatureScheme) -> P521.Signing.ECDSASignature? {
        guard case .ecdsaFixedSize = scheme else { return try? P521.Signing.ECDSASignature(derRepresentation: bytes) }
        return bytes.count == 132 ? try? P521.Signing.ECDSASignature(rawRepresentation: bytes) : nil
    }
}
