internal import Crypto
internal import CryptoExtras

/// A private key that signs: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA. Its description never shows the key.
package struct PrivateKey: Sendable, CustomStringConvertible {
    let material: Material
    package let publicKey: PublicKey

    enum Material: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    /// A new key on P-256, which every verifier knows, from the system's random source.
    package static func generate() throws(KeyError) -> PrivateKey {
        try PrivateKey(.p256(P256.Signing.PrivateKey(compactRepresentable: false)))
    }

    init(_ material: Material) throws(KeyError) {
        self.material = material
        let der =
            switch material {
            case .p256(let key): Array(key.publicKey.derRepresentation)
            case .p384(let key): Array(key.publicKey.derRepresentation)
            case .p521(let key): Array(key.publicKey.derRepresentation)
            case .ed25519(let key): Array(key.publicKey.derRepresentation)
            case .rsa(let key): Array(key.publicKey.derRepresentation)
            }
        publicKey = try PublicKey(der: der)
    }

    /// The 32 bytes of the secret scalar of a key on P-256, big-endian.
    package init(scalar: [UInt8]) throws(KeyError) {
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else { throw .malformed("no P-256 scalar") }
        try self.init(.p256(key))
    }

    package var algorithm: KeyAlgorithm { publicKey.algorithm }

    package var description: String { "\(algorithm.rawValue) private key" }
}
