import Crypto
import CryptoExtras

/// A public key that verifies signatures, read from its SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 5480, RFC 8410).
///
/// Only one encoding of a key is taken, so that equal keys have equal fingerprints.
package struct PublicKey: Sendable {
    package let algorithm: KeyAlgorithm
    /// SubjectPublicKeyInfo in DER.
    package let der: [UInt8]
    let material: Material

    enum Material: Sendable {
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
    }

    static let label = "PUBLIC KEY"

    /// Reads exactly one `PUBLIC KEY` block.
    package init(pem: String) throws(KeyError) {
        let documents = try PEMDocument.parse(pem)
        guard documents.count == 1 else { throw .notPEM("\(documents.count) blocks, wanted one; list each key on its own") }
        guard documents[0].label == Self.label else { throw .wrongLabel(found: documents[0].label, wanted: Self.label) }
        try self.init(der: documents[0].bytes)
    }

    package init(der: [UInt8]) throws(KeyError) {
        (algorithm, material) = try Self.read(der)
        self.der = der
    }

    package var pem: String { PEMDocument(label: Self.label, bytes: der).text }

    /// SHA-256 of the DER, 64 hexadecimal digits: what evidence and messages name a key by.
    package var fingerprint: String { ContentDigest.hexadecimal(SHA256.hash(data: der)) }

    private static func read(_ der: [UInt8]) throws(KeyError) -> (KeyAlgorithm, Material) {
        do {
            if let point = rest(of: der, after: p256Header) {
                return (.ecdsaP256, .p256(try P256.Signing.PublicKey(x963Representation: point)))
            }
            if let point = rest(of: der, after: p384Header) {
                return (.ecdsaP384, .p384(try P384.Signing.PublicKey(x963Representation: point)))
            }
            if let point = rest(of: der, after: p521Header) {
                return (.ecdsaP521, .p521(try P521.Signing.PublicKey(x963Representation: point)))
            }
            if let point = rest(of: der, after: ed25519Header) {
                return (.ed25519, .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: point)))
            }
        } catch {
            throw .malformed("no point on its curve")
        }
        return try readRSA(der)
    }

    private static func readRSA(_ der: [UInt8]) throws(KeyError) -> (KeyAlgorithm, Material) {
        // The decoder also takes RSASSA-PSS keys and drops their parameters: written again, they differ.
        guard let key = try? _RSA.Signing.PublicKey(derRepresentation: der), key.derRepresentation.elementsEqual(der),
            let algorithm = KeyAlgorithm(rsaBits: key.keySizeInBits)
        else { throw .algorithmUnsupported(KeyAlgorithm.supported) }
        return (algorithm, .rsa(key))
    }

    private static func rest(of der: [UInt8], after header: [UInt8]) -> ArraySlice<UInt8>? {
        der.starts(with: header) ? der.dropFirst(header.count) : nil
    }

    // Everything before the key itself, which is of fixed length: SEQUENCE { SEQUENCE { algorithm, curve }, BIT STRING }. For the
    // curves of NIST it ends with 04, an uncompressed point's first byte, which stays with the point.
    private static let p256Header: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    private static let p384Header: [UInt8] = [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
    ]
    private static let p521Header: [UInt8] = [
        0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00,
    ]
    static let ed25519Header: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
}

extension PublicKey: Hashable {
    package static func == (left: PublicKey, right: PublicKey) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}
