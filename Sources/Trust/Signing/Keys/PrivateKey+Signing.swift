internal import Crypto
internal import CryptoExtras

extension PrivateKey: SigningKey {
    /// ECDSA in DER, RSA in PKCS#1 v1.5, Ed25519 over the message itself. Two signatures by ECDSA over the same message differ.
    /// - Throws: `KeyError.algorithmUnsupported` when keys of this kind make no such signatures.
    package func sign(_ message: [UInt8], scheme: SignatureScheme) throws(KeyError) -> [UInt8] {
        guard scheme.isMade(by: algorithm) else { throw .algorithmUnsupported("\(self) makes no signatures in \(scheme)") }
        do {
            guard let digest = scheme.digest else { return try signWhole(message) }
            return switch MessageDigest(hashing: message, with: digest).value {
            case .sha256(let digest): try sign(digest, scheme)
            case .sha384(let digest): try sign(digest, scheme)
            case .sha512(let digest): try sign(digest, scheme)
            }
        } catch {
            throw .algorithmUnsupported("\(self) can't sign in \(scheme)")
        }
    }

    /// A signature as cosign's classic ones are made (`SigningPractice.classic`).
    package func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        try sign(message, scheme: SigningPractice.classic.scheme(for: algorithm))
    }

    private struct Unfit: Error {}

    private func signWhole(_ message: [UInt8]) throws -> [UInt8] {
        guard case .ed25519(let key) = material else { throw Unfit() }
        return Array(try key.signature(for: message))
    }

    private func sign(_ digest: some Digest, _ scheme: SignatureScheme) throws -> [UInt8] {
        switch (material, scheme) {
        case (.p256(let key), .ecdsa): Array(try key.signature(for: digest).derRepresentation)
        case (.p384(let key), .ecdsa): Array(try key.signature(for: digest).derRepresentation)
        case (.p521(let key), .ecdsa): Array(try key.signature(for: digest).derRepresentation)
        case (.rsa(let key), .rsaPKCS1): Array(try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
        default: throw Unfit()
        }
    }
}
