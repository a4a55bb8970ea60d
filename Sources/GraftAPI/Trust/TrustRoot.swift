package import JSON
package import KubeCore
package import Schema

/// Certificate authorities, transparency logs and time-stamp authorities that keyless signatures are held against, with no network.
package struct TrustRoot: CustomResource {
    package var metadata: ObjectMeta
    package var spec: TrustRootSpec
    package var status: TrustRootStatus

    package init(metadata: ObjectMeta, spec: TrustRootSpec, status: TrustRootStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "TrustRoot", plural: "trustroots", shortNames: ["troot"], scope: .cluster,
        about:
            "Certificate authorities, transparency logs and time-stamp authorities that keyless signatures are held against. Nothing is fetched: "
            + "what stands here is all there is.",
        columns: [
            PrinterColumn("State", "string", ".status.state", "Current, Stale or Missing."),
            PrinterColumn("Taken", "date", ".status.taken", "When its content was taken from its publisher."),
            PrinterColumn("Stale", "date", ".status.staleAt", "When it is older than it may be.", priority: 1),
            PrinterColumn("Holds", "string", ".status.summary", "What it holds."),
            PrinterColumn("Digest", "string", ".status.digest", "Of its content.", priority: 1),
            PrinterColumn("ConfigMap", "string", ".spec.configMap.name", "Where its content stands.", priority: 1),
            PrinterColumn("Secret", "string", ".spec.secret.name", "Where its content stands.", priority: 1),
            .age,
        ])
}

/// The content of one trusted root, or where it stands.
package struct TrustRootSpec: SchemaObject, Hashable {
    /// `trusted_root.json` as Sigstore has it (protobuf-specs, `sigstore_trustroot.proto`).
    package var trustedRoot: JSON?
    package var configMap: TrustRootLocation?
    package var secret: TrustRootLocation?
    package var taken: Timestamp?
    package var maximumAgeDays: Int?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("trustedRoot", \.trustedRoot, "The content of a trusted_root.json, as it is."),
        .optional("configMap", \.configMap, "A ConfigMap in namespace \(GraftAPI.trustNamespace) that holds a trusted_root.json."),
        .optional("secret", \.secret, "A Secret in namespace \(GraftAPI.trustNamespace) that holds a trusted_root.json."),
        .optional("taken", \.taken, "When the content was taken from its publisher; when unset, when this object was made."),
        .optional(
            "maximumAgeDays", \.maximumAgeDays,
            "When it is older than that, it is told by an event, the condition Current and a metric. It goes on counting: replace it."
        ) {
            $0.minimum = 1
            $0.maximum = 36_500
        },
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.oneOf = Limits.exactlyOne(of: ["trustedRoot", "configMap", "secret"])
    }
}

/// An entry of a ConfigMap or Secret, and what it must hold: whoever can write there can't put other content into a root.
package struct TrustRootLocation: SchemaObject, Hashable {
    package var name = ""
    package var key = TrustRootLocation.usualKey
    package var digest = ""

    package init() {}
    package init(name: String, key: String = TrustRootLocation.usualKey, digest: String) {
        self.name = name
        self.key = key
        self.digest = digest
    }

    package static let usualKey = "trusted_root.json"

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Its name.", Limits.text(253)),
        .defaulted("key", \.key, usualKey, "The entry that holds the content.", Limits.text(253)),
        .required("digest", \.digest, "SHA-256 of the content: `sha256:` and what sha256sum prints.", Limits.digest),
    ]
}
