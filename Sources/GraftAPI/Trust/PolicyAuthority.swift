package import Schema

/// One signer: who holds a key, who a short-lived certificate says it is, or to whom a certificate authority of one's own issued one.
package struct PolicyAuthority: SchemaObject, Hashable {
    package var name = ""
    package var key: AuthorityKey?
    package var keyless: KeylessIdentity?
    package var notation: NotationSigner?
    package var upToWeight: Weight?

    package init() {}
    package init(name: String, key: AuthorityKey) {
        self.name = name
        self.key = key
    }
    package init(name: String, keyless: KeylessIdentity) {
        self.name = name
        self.keyless = keyless
    }
    package init(name: String, notation: NotationSigner) {
        self.name = name
        self.notation = notation
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Says in evidence and errors who it was.", Limits.text(63)),
        .optional("key", \.key, "A public key."),
        .optional("keyless", \.keyless, "An identity that a certificate authority vouches for, as Sigstore has it."),
        .optional(
            "notation", \.notation, "Whoever signs as the Notary Project has it, with a certificate of an authority that is named here."),
        .optional(
            "upToWeight", \.upToWeight,
            "Share of a deployment's hosts up to which its signature counts: 10, or \"12.5%\". Beyond it others must have signed. All when unset."
        ),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.oneOf = Limits.exactlyOne(of: ["key", "keyless", "notation"])
    }
}

package struct AuthorityKey: SchemaObject, Hashable {
    package var data = ""

    package init() {}
    package init(data: String) { self.data = data }

    package static let fields: [Field<Self>] = [
        .required("data", \.data, "The public key, as PEM (SubjectPublicKeyInfo).", Limits.text(8192))
    ]
}

/// Whom a short-lived certificate must name, who must have issued it, and what must show when it was used.
package struct KeylessIdentity: SchemaObject, Hashable {
    package var issuer: String?
    package var issuerRegExp: String?
    package var subject: String?
    package var subjectRegExp: String?
    package var extensions: [CertificateExtension] = []
    package var trustRoots: [String] = []
    package var transparencyLog = TransparencyLogDemand.required

    package init() {}

    package enum TransparencyLogDemand: String, SchemaValue, CaseIterable, Hashable {
        case required = "Required"
        /// A time stamp of a trusted authority is enough, for signers that publish nothing.
        case optional = "Optional"
    }

    package static let fields: [Field<Self>] = [
        .optional("issuer", \.issuer, "URL of the identity provider, exactly.", Limits.text(1024)),
        .optional(
            "issuerRegExp", \.issuerRegExp, "The same as a regular expression (RE2), which must match the whole.", Limits.text(1024)),
        .optional(
            "subject", \.subject, "The subject's alternative name in the certificate, exactly: an e-mail address or a URI.",
            Limits.text(2048)),
        .optional(
            "subjectRegExp", \.subjectRegExp, "The same as a regular expression (RE2), which must match the whole.", Limits.text(1024)),
        .collection("extensions", \.extensions, "What else the certificate must say, exactly.", Limits.map(by: "name", 24)),
        .required("trustRoots", \.trustRoots, "Names of TrustRoots; the signature must hold under one of them alone.") {
            Limits.atomic(8)(&$0)
            $0.minItems = 1
            $0.items?.minLength = 1
            $0.items?.maxLength = 253
        },
        .defaulted(
            "transparencyLog", \.transparencyLog, .required,
            "Required: an entry of a trusted log must hold the signature. Optional: a trusted time stamp is enough."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        for name in ["issuer", "subject"] {
            schema.rules.append(
                StructuralSchema.Rule(
                    "has(self.\(name)) != has(self.\(name)RegExp)", message: "wanted exactly one of \(name) and \(name)RegExp"))
        }
    }
}

/// An extension of a certificate that Fulcio issues, by name, and its value.
package struct CertificateExtension: SchemaObject, Hashable {
    package var name = ""
    package var value = ""

    package init() {}
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "As Fulcio's list of object identifiers names it: sourceRepositoryURI, buildTrigger, …", Limits.text(63)),
        .required("value", \.value, "The value, exactly.", Limits.text(2048)),
    ]
}
