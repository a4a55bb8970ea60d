package import JSON
package import Schema

/// What a revision is; never changes.
package struct ModuleRevisionSpec: SchemaObject, Hashable {
    /// Counts up with each revision of the deployment; what `graft undo --to-revision` takes.
    package var number = 0
    /// `spec.module` as it was written when the digest was resolved.
    package var source = ""
    package var digest = ""
    package var configHash = ""
    package var config: JSON?
    package var hostClass = ""
    package var slot = ""
    package var version = ""
    /// The artifact's config blob, whole.
    package var descriptor: JSON = [:]
    package var signatures: [SignatureReference] = []

    package init() {}

    /// Manifests that are pinned at most.
    package static let signatureLimit = 16

    package static let fields: [Field<Self>] = [
        .required("number", \.number, "Counts up with each revision of the deployment.", Limits.atLeast(1)),
        .required("source", \.source, "The reference as it was written.", Limits.text(512)),
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .required("configHash", \.configHash, "SHA-256 of the configuration, in hex.", Limits.text(64)),
        .optional("config", \.config, "The configuration, as it is."),
        .required("class", \.hostClass, "Class of the hosts it is for.", Limits.hostClass),
        .required("slot", \.slot, "Slot it goes into.", Limits.slot),
        .required("version", \.version, "The module's semantic version.", Limits.text(128)),
        .required("descriptor", \.descriptor, "The module descriptor, whole."),
        .collection(
            "signatures", \.signatures, "Manifests that hold its signatures and attestations, pinned.",
            Limits.map(by: "digest", signatureLimit)),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.rules.append(Limits.immutable) }
}

/// Where a signature stands: its manifest, by digest, in the artifact's repository.
package struct SignatureReference: SchemaObject, Hashable {
    package var digest = ""

    package init() {}
    package init(digest: String) { self.digest = digest }

    package static let fields: [Field<Self>] = [
        .required("digest", \.digest, "Digest of the signature's manifest.", Limits.digest)
    ]
}
