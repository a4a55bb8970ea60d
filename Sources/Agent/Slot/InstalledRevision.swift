package import GraftAPI
package import JSON

/// A revision as a host knows it: which bytes with which configuration. Two revisions are the same only when all of it is.
package struct InstalledRevision: Sendable, Hashable {
    /// Namespace of the ModuleRevision.
    package var namespace: String
    /// Name of the ModuleRevision.
    package var revision: String
    /// Digest of the artifact's manifest.
    package var digest: String
    package var configHash: String
    /// The module's semantic version.
    package var version: String

    package init(namespace: String, revision: String, digest: String, configHash: String, version: String) {
        self.namespace = namespace
        self.revision = revision
        self.digest = digest
        self.configHash = configHash
        self.version = version
    }

    /// Whether a plan of `namespace` means this revision by `reference`.
    package func isNamed(by reference: RevisionReference, in namespace: String) -> Bool {
        reference.revision == revision && reference.digest == digest && namespace == self.namespace
    }
}

extension InstalledRevision: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            namespace: try reader.required("namespace"), revision: try reader.required("revision"), digest: try reader.required("digest"),
            configHash: try reader.required("configHash"), version: try reader.required("version"))
    }

    package var json: JSON {
        [
            "namespace": .string(namespace), "revision": .string(revision), "digest": .string(digest),
            "configHash": .string(configHash), "version": .string(version),
        ]
    }
}

/// A revision, and the signatures by which it was found good.
struct VouchedRevision: Sendable, Hashable {
    var installed: InstalledRevision
    var evidenceHash: String
}

extension VouchedRevision: JSONConvertible {
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(installed: try reader.required("revision"), evidenceHash: try reader.required("hash"))
    }

    var json: JSON { ["revision": installed.json, "hash": .string(evidenceHash)] }
}
