import Crypto
import FoundationEssentials
import ProgramOptions
import SwiftASN1
import X509

/// The embedded control plane's own authority and the certificate it serves with, made anew when they are absent or run out.
struct Certificates {
    /// PEM of the authority, for clients.
    var authority: String
    /// PEM of the server's certificate and key.
    var certificate: String
    var key: String

    /// Reads them from a directory, or makes them there. Keys are readable by their owner alone.
    static func load(from directory: String, names: [String], now: Date) throws -> Certificates {
        try LocalFile.makeDirectory(directory, mode: 0o700)
        let authorityFile = LocalFile(directory + "/ca.crt")
        let certificateFile = LocalFile(directory + "/server.crt")
        let keyFile = LocalFile(directory + "/server.key")
        if let authority = try authorityFile.textIfPresent(), let certificate = try certificateFile.textIfPresent(),
            let key = try keyFile.textIfPresent(), isFresh(certificate, names: names, now: now)
        {
            return Certificates(authority: authority, certificate: certificate, key: key)
        }
        let made = try make(names: names, now: now)
        try authorityFile.write(made.authority)
        try keyFile.write(made.key, mode: 0o600)
        try certificateFile.write(made.certificate)
        return made
    }

    private static func isFresh(_ pem: String, names: [String], now: Date) -> Bool {
        guard let certificate = try? Certificate(pemEncoded: pem), certificate.notValidAfter > now.addingTimeInterval(7 * 86_400),
            let alternatives = try? certificate.extensions.subjectAlternativeNames
        else { return false }
        let wanted = (try? subjectAlternatives(names)) ?? SubjectAlternativeNames([])
        return wanted.allSatisfy(alternatives.contains)
    }

    /// An authority that lives for ten years, and a certificate for a year. The authority's key is thrown away: a new certificate comes
    /// with a new authority, and no key that could sign for others lies about.
    private static func make(names: [String], now: Date) throws -> Certificates {
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authorityName = try DistinguishedName { CommonName("graft embedded control plane") }
        let authority = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: authorityKey.publicKey, notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(3650 * 86_400), issuer: authorityName, subject: authorityName,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectKeyIdentifier(hash: authorityKey.publicKey)
            }, issuerPrivateKey: authorityKey)
        let serverKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: serverKey.publicKey, notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(365 * 86_400), issuer: authorityName,
            subject: try DistinguishedName { CommonName("graft") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                try subjectAlternatives(names)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier)
            }, issuerPrivateKey: authorityKey)
        return Certificates(
            authority: try authority.serializeAsPEM().pemString + "\n", certificate: try certificate.serializeAsPEM().pemString + "\n",
            key: try serverKey.serializeAsPEM().pemString + "\n")
    }

    private static func subjectAlternatives(_ names: [String]) throws -> SubjectAlternativeNames {
        SubjectAlternativeNames(
            names.map { name in
                let parts = name.split(separator: ".").compactMap { UInt8($0) }
                return parts.count == 4 ? .ipAddress(ASN1OctetString(contentBytes: parts[...])) : .dnsName(name)
            })
    }
}
