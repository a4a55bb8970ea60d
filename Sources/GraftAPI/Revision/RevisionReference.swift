package import Schema

/// Names a revision and the bytes it stands for.
package struct RevisionReference: SchemaObject, Hashable {
    /// Name of the ModuleRevision, in the same namespace.
    package var revision = ""
    package var digest = ""
    /// The module's semantic version, for people.
    package var version: String?

    package init() {}
    package init(revision: String, digest: String, version: String? = nil) {
        self.revision = revision
        self.digest = digest
        self.version = version
    }

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .optional("version", \.version, "The module's semantic version, as its descriptor says.", Limits.text(128)),
    ]
}
