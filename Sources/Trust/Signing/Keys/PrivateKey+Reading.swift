internal import Crypto
internal import CryptoExtras

extension PrivateKey {
    /// What a block of PEM holds, by its label.
    private enum Label {
        /// PKCS#8 (RFC 5958), SEC 1 (RFC 5915) and PKCS#1 (RFC 8017 §A.1.2).
        static let plain = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]
        static let encrypted = [PBES2.label] + EncryptedSigstoreKey.labels
    }

    /// Reads `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`, and with a password `ENCRYPTED PRIVATE KEY` (PKCS#8) and what cosign writes:
    /// `ENCRYPTED SIGSTORE PRIVATE KEY`, formerly `ENCRYPTED COSIGN PRIVATE KEY`. A block `EC PARAMETERS`, which openssl writes before a key, is
    /// passed over.
    ///
    /// - Parameter password: asked only when the key is encrypted. An empty one is a password, none is not.
    /// - Throws: `KeyError`; `passwordMissing` and `passwordWrong` tell what to do.
    package init(pem: String, password: () throws(KeyError) -> [UInt8]? = { () throws(KeyError) in nil }) throws(KeyError) {
        let documents = try PEMDocument.parse(pem).filter { $0.label != "EC PARAMETERS" }
        guard documents.count == 1 else { throw .notPEM("\(documents.count) blocks, wanted one key") }
        let document = documents[0]
        guard Label.encrypted.contains(document.label) else {
            guard Label.plain.contains(document.label) else {
                throw .wrongLabel(
                    found: document.label, wanted: "a private key: \((Label.plain + Label.encrypted).joined(separator: ", "))")
            }
            try self.init(der: document.bytes)
            return
        }
        guard let password = try password() else { throw .passwordMissing(label: document.label) }
        guard document.label == PBES2.label else {
            try self.init(der: try EncryptedSigstoreKey.open(document.bytes, password: password))
            return
        }
        let opened = try PBES2.open(document.bytes, password: password)
        // What a wrong password decrypts to has the right form once in many times.
        guard PrivateKeyKind(der: opened) != nil else { throw .passwordWrong }
        try self.init(der: opened)
    }

    /// PKCS#8, SEC 1 or PKCS#1, whichever it is.
    init(der: [UInt8]) throws(KeyError) {
        guard let kind = PrivateKeyKind(der: der) else { throw .malformed("neither PKCS#8 nor SEC 1 nor PKCS#1") }
        let material: Material?
        switch kind {
        case .p256: material = (try? P256.Signing.PrivateKey(derRepresentation: der)).map(Material.p256)
        case .p384: material = (try? P384.Signing.PrivateKey(derRepresentation: der)).map(Material.p384)
        case .p521: material = (try? P521.Signing.PrivateKey(derRepresentation: der)).map(Material.p521)
        case .ed25519: material = (try? Curve25519.Signing.PrivateKey(derRepresentation: der)).map(Material.ed25519)
        case .rsa: material = try Self.rsa(der)
        case .other: throw .algorithmUnsupported(KeyAlgorithm.supported)
        }
        guard let material else { throw .malformed("its numbers are no key") }
        try self.init(material)
    }

    private static func rsa(_ der: [UInt8]) throws(KeyError) -> Material? {
        // The other reader refuses small keys without saying so.
        guard let key = try? _RSA.Signing.PrivateKey(unsafeDERRepresentation: der) else { return nil }
        guard KeyAlgorithm(rsaBits: key.keySizeInBits) != nil else {
            throw .algorithmUnsupported("RSA with \(key.keySizeInBits) bits; \(KeyAlgorithm.supported)")
        }
        return .rsa(key)
    }
}
