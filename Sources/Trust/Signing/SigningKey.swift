/// What signs: a private key in memory, or a program that keeps one where it never leaves.
package protocol SigningKey: Sendable {
    var publicKey: PublicKey { get }

    /// A signature over the message in just this scheme.
    func sign(_ message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8]
}

/// Which hash a signature is made with, where a key's curve would allow several.
package enum SigningPractice: Sendable, Hashable {
    /// cosign's classic signatures and attestations: SHA-256 whatever the key. what cosign and skopeo expect unless told otherwise.
    case classic
    /// Bundles: the hash that Sigstore's algorithm registry gives the key, SHA-384 for P-384 and SHA-512 for P-521.
    case registry

    package func scheme(for algorithm: KeyAlgorithm) -> SignatureScheme {
        switch algorithm {
        case .ecdsaP256: .ecdsa(.sha256)
        case .ecdsaP384: .ecdsa(self == .classic ? .sha256 : .sha384)
        case .ecdsaP521: .ecdsa(self == .classic ? .sha256 : .sha512)
        case .ed25519: .ed25519
        case .rsa2048, .rsa3072, .rsa4096: .rsaPKCS1(.sha256)
        }
    }
}
