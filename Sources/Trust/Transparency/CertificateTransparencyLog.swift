import Crypto

/// A certificate transparency log of a trust root: its key and the time the key is trusted for.
package struct CertificateTransparencyLog: Sendable, Hashable {
    /// 32 bytes: SHA-256 of the key (RFC 6962 §3.2, LogID).
    package let id: [UInt8]
    package let key: PublicKey
    package let window: ValidityWindow
    /// What messages and evidence call it.
    package let name: String

    /// - Parameter id: as the trust root states it; nil for what the key itself gives.
    package init(id: [UInt8]? = nil, key: PublicKey, window: ValidityWindow, name: String) {
        self.id = id ?? Array(SHA256.hash(data: key.der))
        self.key = key
        self.window = window
        self.name = name
    }

    /// RFC 6962 §2.1.4: ECDSA or RSA PKCS#1 v1.5, with SHA-256; nil for a key that logs don't have.
    var scheme: SignatureScheme? {
        switch key.algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: .ecdsa(.sha256)
        case .rsa2048, .rsa3072, .rsa4096: .rsaPKCS1(.sha256)
        case .ed25519: nil
        }
    }
}
