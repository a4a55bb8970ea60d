package import Schema

/// Whose signatures of the Notary Project count: where the chains of their certificates must end, and whom these must name.
package struct NotationSigner: SchemaObject, Hashable {
    package var certificates: [String] = []
    package var signingAuthorities: [String] = []
    package var timestampAuthorities: [String] = []
    package var identities: [String] = []

    package init() {}

    package static let fields: [Field<Self>] = [
        .collection(
            "certificates", \.certificates,
            "Root certificates of signers, PEM: chains of the signing scheme notary.x509 must end in one of them.",
            Self.roots),
        .collection(
            "signingAuthorities", \.signingAuthorities,
            "Root certificates of services that are trusted to say when they signed, PEM: for the scheme notary.x509.signingAuthority.",
            Self.roots),
        .collection(
            "timestampAuthorities", \.timestampAuthorities,
            "Root certificates of time-stamp authorities, PEM. Without their stamp a signature holds no longer than its certificates.",
            Self.roots),
        .required(
            "identities", \.identities, "Whom a signer's certificate must name, as `x509.subject: C=…, ST=…, O=…`; or `*` alone for anyone."
        ) {
            Limits.atomic(32)(&$0)
            $0.minItems = 1
            $0.items?.minLength = 1
            $0.items?.maxLength = 2048
        },
    ]

    @Sendable private static func roots(_ schema: inout StructuralSchema) {
        Limits.atomic(16)(&schema)
        schema.items?.minLength = 1
        schema.items?.maxLength = 16384
    }

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules.append(
            StructuralSchema.Rule(
                "has(self.certificates) || has(self.signingAuthorities)", message: "wanted certificates, signingAuthorities, or both"))
    }
}
