/// Signers whose signatures count no more, whenever they were made: a stolen key can write any time.
package struct Revocation: Sendable, Hashable {
    /// SHA-256 of SubjectPublicKeyInfo, 64 hexadecimal digits.
    package var keys: Set<String>
    package var identities: Set<Identity>

    package struct Identity: Sendable, Hashable {
        package var issuer: String
        package var subject: String

        package init(issuer: String, subject: String) {
            self.issuer = issuer
            self.subject = subject
        }
    }

    package static let none = Revocation(keys: [], identities: [])

    package init(keys: Set<String>, identities: Set<Identity>) {
        self.keys = keys
        self.identities = identities
    }

    /// Who of it was revoked, in words; nil when nobody was.
    func covers(keyFingerprint: String?, identity: CertificateIdentity?) -> String? {
        if let keyFingerprint, keys.contains(keyFingerprint) { return "key \(keyFingerprint)" }
        guard let identity else { return nil }
        let found = identities.first { $0.subject.isIdentical(to: identity.subject) && identity.issuer.map($0.issuer.isIdentical) ?? false }
        return found.map { "\($0.subject) of \($0.issuer)" }
    }
}
