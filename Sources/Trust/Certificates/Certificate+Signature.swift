extension Certificate {
    /// Whether `issuer`'s key signed this certificate, in one of the schemes that are taken. Names, times and profiles aren't looked at.
    package func isSigned(by issuer: Certificate) throws(CertificateFailure) -> Bool {
        guard let scheme = Self.schemes[Array(signatureAlgorithm)] else {
            throw .algorithmUnsupported(
                "the signature of \(self); wanted ECDSA or RSA PKCS#1 v1.5 with SHA-256, SHA-384 or SHA-512, or Ed25519")
        }
        return try issuer.publicKey().isValid(signature: signature, for: Array(tbs), scheme: scheme)
    }

    /// AlgorithmIdentifiers in DER: the parameters are compared with the name, so that absent ones (RFC 5758 §3.2, RFC 8410 §3) and
    /// NULL (RFC 4055 §5) stand just where they must.
    static let schemes: [[UInt8]: SignatureScheme] = [
        ecdsa(0x02): .ecdsa(.sha256), ecdsa(0x03): .ecdsa(.sha384), ecdsa(0x04): .ecdsa(.sha512),
        rsa(0x0b): .rsaPKCS1(.sha256), rsa(0x0c): .rsaPKCS1(.sha384), rsa(0x0d): .rsaPKCS1(.sha512),
        [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70]: .ed25519,
    ]

    private static func ecdsa(_ last: UInt8) -> [UInt8] { [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last] }

    private static func rsa(_ last: UInt8) -> [UInt8] {
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last, 0x05, 0x00]
    }
}
