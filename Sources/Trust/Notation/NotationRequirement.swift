/// Whose Notary Project signatures count: where their chains must end, and whom their certificates must name. The trust store and the trusted
/// identities of trust-store-trust-policy.md, as values.
package struct NotationRequirement: Sendable, Hashable {
    /// Roots of signers (`notary.x509`), the trust store `ca`.
    package let certificates: [Certificate]
    /// Roots of services that are trusted to say when they signed (`notary.x509.signingAuthority`).
    package let signingAuthorities: [Certificate]
    /// Roots of time-stamp authorities, the trust store `tsa`.
    package let timestampAuthorities: [Certificate]
    /// nil: whomever they issued a certificate to.
    package let identities: [DistinguishedNamePattern]?

    /// Reads what a policy says. What can't be read is a problem.
    init(_ source: PolicySource.Notation, _ field: String, _ problems: inout [String]) {
        certificates = Self.roots(source.certificates, "\(field).certificates", &problems)
        signingAuthorities = Self.roots(source.signingAuthorities, "\(field).signingAuthorities", &problems)
        timestampAuthorities = Self.roots(source.timestampAuthorities, "\(field).timestampAuthorities", &problems, isSigner: false)
        if source.certificates.isEmpty, source.signingAuthorities.isEmpty {
            problems.append("\(field): neither certificates nor signingAuthorities; name the root of the signers' certificates")
        }
        identities = Self.identities(source.identities, "\(field).identities", &problems)
    }

    private static func roots(
        _ sources: [String], _ field: String, _ problems: inout [String], isSigner: Bool = true
    ) -> [Certificate] {
        var roots: [Certificate] = []
        for (index, pem) in sources.enumerated() {
            do {
                for root in try Certificate.all(pem: pem) {
                    if let objection = try objection(to: root, isSigner: isSigner) { problems.append("\(field)[\(index)]: \(objection)") }
                    roots.append(root)
                }
            } catch {
                problems.append("\(field)[\(index)]: \(error)")
            }
        }
        return roots
    }

    /// A root signed itself. So that intermediates can change, they are no place to pin trust to. A signer's certificate that signed itself may
    /// stand for itself.
    private static func objection(to root: Certificate, isSigner: Bool) throws -> String? {
        guard try root.isSelfSigned() else { return "\(root) isn't a root that signed itself; name the root of its chain" }
        guard isSigner || root.extensions.basicConstraints?.isAuthority == true else { return "\(root) is no authority" }
        return nil
    }

    private static func identities(_ sources: [String], _ field: String, _ problems: inout [String]) -> [DistinguishedNamePattern]? {
        if sources == ["*"] { return nil }
        if sources.isEmpty {
            problems.append("\(field): empty; name at least one subject, or \"*\" for whomever the certificates vouch for")
        }
        var patterns: [DistinguishedNamePattern] = []
        for (index, text) in sources.enumerated() {
            do throws(PolicyProblem) {
                let pattern = try DistinguishedNamePattern(text)
                if let other = patterns.first(where: { $0.covers(pattern) || pattern.covers($0) }) {
                    throw PolicyProblem("\"\(pattern)\" overlaps with \"\(other)\"; leave out the narrower")
                }
                patterns.append(pattern)
            } catch {
                problems.append("\(field)[\(index)]: \(error)")
            }
        }
        return patterns
    }

    /// The roots that chains of a scheme may end in.
    func roots(for scheme: NotationScheme) -> [Certificate] { scheme == .x509 ? certificates : signingAuthorities }

    /// Whether a signer of kept evidence counts today.
    func includes(_ identity: Revocation.Identity) -> Bool {
        guard (certificates + signingAuthorities).contains(where: { identity.issuer == ContentDigest.prefix + $0.fingerprint }) else {
            return false
        }
        guard let identities else { return identity.subject.hasPrefix(DistinguishedNamePattern.prefix) }
        return identities.contains { $0.accepts(kept: identity.subject) }
    }
}

extension Authority {
    /// Whether nobody of it makes what attests something.
    var attestsNothing: Bool { notation != nil && keys.isEmpty && identities.isEmpty }
}
