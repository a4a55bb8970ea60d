/// The six signature algorithms of the Notary Project (signature-specification.md, "Algorithm Selection"). Which one it is follows from the
/// signer's key alone; the header only repeats it.
enum NotationAlgorithm: String, Sendable, Hashable, CaseIterable {
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"

    static let supported = allCases.map(\.rawValue).joined(separator: ", ")

    /// The one that keys of this kind make; nil for keys that make none.
    init?(_ key: KeyAlgorithm) {
        switch key {
        case .rsa2048: self = .ps256
        case .rsa3072: self = .ps384
        case .rsa4096: self = .ps512
        case .ecdsaP256: self = .es256
        case .ecdsaP384: self = .es384
        case .ecdsaP521: self = .es512
        case .ed25519: return nil
        }
    }

    /// By its number in COSE (RFC 9053 §2.1, RFC 8230 §2).
    init?(label: Int64) {
        guard let found = Self.allCases.first(where: { $0.label == label }) else { return nil }
        self = found
    }

    var label: Int64 {
        switch self {
        case .ps256: -37
        case .ps384: -38
        case .ps512: -39
        case .es256: -7
        case .es384: -35
        case .es512: -36
        }
    }

    var scheme: SignatureScheme {
        switch self {
        case .ps256: .rsaPSS(.sha256)
        case .ps384: .rsaPSS(.sha384)
        case .ps512: .rsaPSS(.sha512)
        case .es256: .ecdsaFixedSize(.sha256)
        case .es384: .ecdsaFixedSize(.sha384)
        case .es512: .ecdsaFixedSize(.sha512)
        }
    }
}
