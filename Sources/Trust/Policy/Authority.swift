/// Someone whose signature counts: a name for messages, and keys and identities, any one of which will do.
package struct Authority: Sendable, Hashable {
    package var name: String
    package var keys: [PublicKey]
    /// Whom a certificate of a trust root's authority may name.
    package var identities: [IdentityRequirement]

    package init(name: String, keys: [PublicKey], identities: [IdentityRequirement] = []) {
        self.name = name
        self.keys = keys
        self.identities = identities
    }
}

/// What a policy demands of the repository that was signed along with the digest.
package enum SignedReference: String, Sendable, Hashable, CaseIterable {
    /// Nothing: a copy in a mirror keeps its signature. The digest alone ties signature and artifact.
    case ignore = "Ignore"
    /// It must be the repository the artifact is fetched from; its tag doesn't matter.
    case repository = "Repository"
}
