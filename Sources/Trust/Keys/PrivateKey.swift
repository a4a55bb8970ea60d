import Crypto

/// An ECDSA key on P-256 that signs. Its description never shows the key.
package struct PrivateKey: Sendable, CustomStringConvertible {
    private let key: P256.Signing.PrivateKey
    package let publicKey: PublicKey

    /// A new key from the system's random source.
    package static func generate() throws(KeyError) -> PrivateKey {
        try PrivateKey(P256.Signing.PrivateKey(compactRepresentable: false))
    }

    private init(_ key: P256.Signing.PrivateKey) throws(KeyError) {
        self.key = key
        publicKey = try PublicKey(der: Array(key.publicKey.derRepresentation))
    }

    /// The 32 bytes of the secret scalar, big-endian.
    package init(scalar: [UInt8]) throws(KeyError) {
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else { throw .malformed("no P-256 scalar") }
        try self.init(key)
    }

    /// Reads `PRIVATE KEY` (PKCS#8, RFC 5958) or `EC PRIVATE KEY` (SEC 1, RFC 5915). A block `EC PARAMETERS`, which openssl
    /// writes before the latter, is passed over.
    package init(pem: String) throws(KeyError) {
        let documents = try PEMDocument.parse(pem).filter { $0.label != "EC PARAMETERS" }
        guard documents.count == 1 else { throw .notPEM("\(documents.count) blocks, wanted one key") }
        let document = documents[0]
        guard document.label == "PRIVATE KEY" || document.label == "EC PRIVATE KEY" else {
            guard !document.label.contains("ENCRYPTED") else {
                throw .algorithmUnsupported(
                    "it is encrypted (\(document.label)); wanted a P-256 key in PKCS#8 without a passphrase: `graft generate-key` makes one"
                )
            }
            throw .wrongLabel(found: document.label, wanted: "PRIVATE KEY or EC PRIVATE KEY")
        }
        guard let key = try? P256.Signing.PrivateKey(derRepresentation: document.bytes) else {
            throw .algorithmUnsupported("wanted an ECDSA key on P-256, in PKCS#8 or SEC 1")
        }
        try self.init(key)
    }

    /// PKCS#8.
    package var pem: String { PEMDocument(label: "PRIVATE KEY", bytes: Array(key.derRepresentation)).text }

    /// ECDSA with SHA-256, in DER. Two signatures over the same message differ.
    package func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        do {
            return Array(try key.signature(for: SHA256.hash(data: message)).derRepresentation)
        } catch {
            throw .malformed("the key can't sign")
        }
    }

    package var description: String { "P-256 private key" }
}
