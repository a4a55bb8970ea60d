/// The kinds of keys a policy may name. The algorithm of a signature follows from the key alone, never from the signature.
package enum KeyAlgorithm: String, Sendable, Hashable, CaseIterable {
    case ecdsaP256 = "ECDSA-P256"
    case ecdsaP384 = "ECDSA-P384"
    case ecdsaP521 = "ECDSA-P521"
    case ed25519 = "Ed25519"
    case rsa2048 = "RSA-2048"
    case rsa3072 = "RSA-3072"
    case rsa4096 = "RSA-4096"

    init?(rsaBits: Int) {
        switch rsaBits {
        case 2048: self = .rsa2048
        case 3072: self = .rsa3072
        case 4096: self = .rsa4096
        default: return nil
        }
    }

    static let supported = "wanted ECDSA on P-256, P-384 or P-521 (uncompressed point), Ed25519, or RSA with 2048, 3072 or 4096 bits"
}
