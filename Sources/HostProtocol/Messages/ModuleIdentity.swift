import JSON

/// Which bytes, with which configuration, delivered as what. Two modules are the same only when all of it is.
package struct ModuleIdentity: Sendable, Hashable {
    /// Namespace and name of the ModuleRevision.
    package var revision: String
    /// The module's semantic version.
    package var version: String
    /// Digest of the artifact's manifest.
    package var digest: String
    /// SHA-256 of the configuration, in hex.
    package var configHash: String

    package init(revision: String, version: String, digest: String, configHash: String) {
        self.revision = revision
        self.version = version
        self.digest = digest
        self.configHash = configHash
    }

    init(_ json: JSON, in what: String) throws(ProtocolViolation) {
        var reader = try MemberReader(json, what)
        revision = try reader.text("revision", upTo: 512)
        version = try reader.text("version", upTo: 256)
        digest = try reader.text("digest", upTo: 256)
        configHash = try reader.text("configHash", upTo: 128)
        try reader.end()
    }

    var json: JSON {
        ["revision": .string(revision), "version": .string(version), "digest": .string(digest), "configHash": .string(configHash)]
    }
}
