/// Which keyless signer a policy wants: who vouched for whom, always both, and what else their certificate has to say.
package struct IdentityRequirement: Sendable, Hashable {
    package let issuer: TextRequirement
    package let subject: TextRequirement
    /// nil where the policy leaves the kind open, and the text doesn't give it away.
    package let kind: CertificateIdentity.SubjectKind?
    package let extensions: [FulcioExtension: TextRequirement]

    /// - Parameters:
    ///   - kind: the subject's kind. Without it an exact text with `://` is a URI.
    ///   - extensions: by name or object identifier. One that isn't known here is an error, since a rule that nobody checks
    ///     would read as if it were kept.
    package init(
        issuer: TextRequirement, subject: TextRequirement, kind: CertificateIdentity.SubjectKind? = nil,
        extensions: [String: TextRequirement] = [:]
    ) throws(IdentityFailure) {
        self.issuer = issuer
        self.subject = subject
        self.kind = kind ?? (subject.exactText?.contains("://") == true ? .uri : nil)
        var known: [FulcioExtension: TextRequirement] = [:]
        for (name, requirement) in extensions.sorted(by: { $0.key < $1.key }) {
            guard let kind = FulcioExtension(named: name) else {
                throw .policyInvalid("the certificate extension \"\(name)\" isn't known; wanted its name or object identifier")
            }
            guard known.updateValue(requirement, forKey: kind) == nil else {
                throw .policyInvalid("the certificate extension \(kind.name) is named twice")
            }
        }
        self.extensions = known
    }

    /// - Throws: `identityMismatch`, `issuerMismatch`, `extensionMismatch`.
    package func check(_ identity: CertificateIdentity) throws(IdentityFailure) {
        guard subject.accepts(identity.subject), kind.map({ $0 == identity.kind }) ?? true else {
            throw .subjectMismatch(
                found: "\"\(identity.subject)\" (\(identity.kind.rawValue))",
                wanted: kind.map { "\(subject) (\($0.rawValue))" } ?? "\(subject)")
        }
        guard let found = identity.issuer, issuer.accepts(found) else {
            throw .issuerMismatch(found: identity.issuer, wanted: "\(issuer)")
        }
        for (kind, requirement) in extensions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard let value = identity.extensions[kind], requirement.accepts(value) else {
                throw .extensionMismatch(oid: kind.oid, found: identity.extensions[kind], wanted: "\(requirement)")
            }
        }
    }
}
