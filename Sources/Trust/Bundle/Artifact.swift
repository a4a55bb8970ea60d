/// What must have been signed.
package enum Artifact: Sendable, Hashable {
    /// Its bytes, from which any digest follows.
    case bytes([UInt8])
    /// A digest alone, where someone who is trusted has hashed the bytes.
    case digest(MessageDigest)

    /// Its digest under an algorithm; nil when only another one is known.
    package func digest(_ algorithm: DigestAlgorithm) -> MessageDigest? {
        switch self {
        case .bytes(let bytes): MessageDigest(hashing: bytes, with: algorithm)
        case .digest(let digest): digest.algorithm == algorithm ? digest : nil
        }
    }

    /// For messages.
    var name: String {
        (digest(.sha256) ?? digest(.sha384) ?? digest(.sha512))?.text ?? ""
    }
}
