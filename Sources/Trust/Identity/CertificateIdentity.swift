import SwiftASN1

/// Who a keyless signer was, as the certificate states it (Fulcio's certificate-specification.md).
package struct CertificateIdentity: Sendable, Hashable {
    /// What kind of name the subject is. The same text of another kind is another subject.
    package enum SubjectKind: String, Sendable, Hashable, CaseIterable {
        case uri = "URI"
        case email = "email"
        /// A user name that is neither, in an OtherName of type 1.3.6.1.4.1.57264.1.7.
        case username = "username"
        /// A whole subject, written as the Notary Project writes it: `x509.subject: C=US, ST=WA, O=example`.
        case distinguishedName = "x509.subject"
    }

    package let kind: SubjectKind
    package let subject: String
    /// The identity provider; nil where the certificate names none.
    package let issuer: String?
    /// What else the certificate says of the signer. Kinds that aren't known here are left out: no policy can ask for them.
    package let extensions: [FulcioExtension: String]

    /// - Throws: `identityMismatch` unless the certificate has exactly one name, `issuerConflict`, `extensionMalformed`.
    package init(_ certificate: Certificate) throws(IdentityFailure) {
        (kind, subject) = try Self.subject(of: certificate)
        var extensions: [FulcioExtension: String] = [:]
        for (type, value) in certificate.extensions.values {
            if let kind = FulcioExtension(type) { extensions[kind] = try kind.read(value) }
        }
        if let old = extensions[.issuerOld], let new = extensions[.issuer], !old.isIdentical(to: new) {
            throw .issuerConflict(old, new)
        }
        issuer = extensions[.issuer] ?? extensions[.issuerOld]
        self.extensions = extensions
    }

    /// Someone whom no Sigstore authority vouches for, but a root certificate that the policy holds.
    init(subject: DistinguishedName, root: Certificate) {
        kind = .distinguishedName
        self.subject = subject.identityText
        issuer = "\(ContentDigest.prefix)\(root.fingerprint)"
        extensions = [:]
    }

    private static func subject(of certificate: Certificate) throws(IdentityFailure) -> (SubjectKind, String) {
        let names = certificate.extensions.subjectAlternativeNames ?? []
        guard names.count == 1 else {
            let found = names.isEmpty ? "a certificate without a name" : "a certificate of \(names.count) names"
            throw .subjectMismatch(found: found, wanted: "exactly one name")
        }
        switch names[0] {
        case .uri(let text): return (.uri, text)
        case .email(let text): return (.email, text)
        case .other(GeneralName.sigstoreUsername, let value):
            do throws(ASN1Fault) {
                let node = try NodeReader.parse(value[...], "the user name")
                guard node.identifier == .utf8String else { throw ASN1Fault("no UTF8String") }
                let text = try node.text("the user name")
                guard !text.isEmpty else { throw ASN1Fault("empty") }
                return (.username, text)
            } catch {
                throw .extensionMalformed(oid: "\(GeneralName.sigstoreUsername)", error.reason)
            }
        case let name:
            throw .subjectMismatch(found: "\(name)", wanted: "a URI, a mail address or a user name")
        }
    }
}
