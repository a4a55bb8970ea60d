package import Schema

/// Signers who were trusted once. What they signed counts no more, whenever they signed it.
package struct RevokedSigners: SchemaObject, Hashable {
    package var keys: [String] = []
    package var identities: [RevokedIdentity] = []

    package init() {}

    package static let fields: [Field<Self>] = [
        .collection("keys", \.keys, "SHA-256 of public keys (SubjectPublicKeyInfo, DER), in hex, as evidence and `graft verify` show them.")
        {
            Limits.atomic(256)(&$0)
            $0.items?.pattern = "^[0-9a-f]{64}$"
        },
        .collection("identities", \.identities, "Identities in certificates.", Limits.atomic(256)),
    ]
}

/// An identity as a certificate names it.
package struct RevokedIdentity: SchemaObject, Hashable {
    package var issuer = ""
    package var subject = ""

    package init() {}
    package init(issuer: String, subject: String) {
        self.issuer = issuer
        self.subject = subject
    }

    package static let fields: [Field<Self>] = [
        .required("issuer", \.issuer, "URL of the identity provider, exactly.", Limits.text(1024)),
        .required("subject", \.subject, "The subject's alternative name, exactly.", Limits.text(2048)),
    ]
}
