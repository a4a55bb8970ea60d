/// Someone whose signature counts: a name for messages, and keys and identities, any one of which will do.
package struct Authority: Sendable, Hashable {
    package var name: String
    package var keys: [PublicKey]
    /// Whom a certificate of a trust root's authority may name.
    package var identities: [IdentityRequirement]
    /// What vouches for the identities; each by itself.
    package var roots: [TrustedRoot]
    /// Whether an identity's signature must stand in a transparency log, and its certificate in a certificate log. Without, a trusted time
    /// stamp is enough.
    package var needsLog: Bool
    /// Whose Notary Project signatures count; nil for nobody's.
    package var notation: NotationRequirement?
    /// Share of the hosts, in basis points, up to which its signature counts. It takes part in no verdict: who rolls out keeps to it.
    package var weightLimit = Authority.anyWeight

    package static let anyWeight = 10_000

    package init(
        name: String, keys: [PublicKey], identities: [IdentityRequirement] = [], roots: [TrustedRoot] = [], needsLog: Bool = true,
        notation: NotationRequirement? = nil
    ) {
        self.name = name
        self.keys = keys
        self.identities = identities
        self.roots = roots
        self.needsLog = needsLog
        self.notation = notation
    }
}

/// What a policy demands of the repository that was signed along with the digest.
package enum SignedReference: String, Sendable, Hashable, CaseIterable {
    /// Nothing: a copy in a mirror keeps its signature. The digest alone ties signature and artifact.
    case ignore = "Ignore"
    /// It must be the repository the artifact is fetched from; its tag doesn't matter.
    case repository = "Repository"
}
