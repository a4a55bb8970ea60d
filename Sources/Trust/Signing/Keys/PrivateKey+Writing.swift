internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

extension PrivateKey {
    /// PKCS#8, not encrypted.
    package var pem: String { PEMDocument(label: "PRIVATE KEY", bytes: der).text }

    /// As cosign encrypts keys; it opens with the same password there.
    package func pem(
        encryptedWith password: [UInt8], using generator: inout some RandomNumberGenerator
    ) throws(KeyError) -> String {
        let sealed = try EncryptedSigstoreKey.seal(der, password: password, using: &generator)
        return PEMDocument(label: EncryptedSigstoreKey.label, bytes: sealed).text
    }

    /// PrivateKeyInfo (RFC 5958 §2).
    var der: [UInt8] {
        switch material {
        case .p256(let key): Array(key.derRepresentation)
        case .p384(let key): Array(key.derRepresentation)
        case .p521(let key): Array(key.derRepresentation)
        case .ed25519(let key): Array(key.derRepresentation)
        case .rsa(let key): Array(key.pkcs8DERRepresentation)
        }
    }
}
