package import JSON
package import OCI

/// All that is needed to verify and load a revision without registry and API server: what it is, and which blobs it is made of.
package struct StoredRevision: Sendable, Hashable {
    package var installed: InstalledRevision
    package var hostClass: String
    package var slot: String
    /// Registry and repository it came from; what policies match on.
    package var repository: String
    package var config: JSON?
    /// The manifest chosen for this platform; the root itself unless that is an index.
    package var manifest: Digest
    /// Signature manifests that the revision pins.
    package var signatures: [Digest]
    /// Every blob it is made of, evidence included: none is thrown away while it is kept.
    package var blobs: [Digest]

    package init(
        installed: InstalledRevision, hostClass: String, slot: String, repository: String, config: JSON?, manifest: Digest,
        signatures: [Digest], blobs: [Digest]
    ) {
        self.installed = installed
        self.hostClass = hostClass
        self.slot = slot
        self.repository = repository
        self.config = config
        self.manifest = manifest
        self.signatures = signatures
        self.blobs = blobs
    }
}

extension StoredRevision: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            installed: try reader.required("revision"), hostClass: try reader.required("class"), slot: try reader.required("slot"),
            repository: try reader.required("repository"), config: try reader.optional("config"),
            manifest: try Self.digest(try reader.required("manifest"), path.appending("manifest")),
            signatures: try Self.digests(try reader.optional("signatures", default: []), path.appending("signatures")),
            blobs: try Self.digests(try reader.required("blobs"), path.appending("blobs")))
    }

    private static func digests(_ texts: [String], _ path: JSONPath) throws(JSONDecodingError) -> [Digest] {
        var digests: [Digest] = []
        for text in texts { digests.append(try digest(text, path)) }
        return digests
    }

    private static func digest(_ text: String, _ path: JSONPath) throws(JSONDecodingError) -> Digest {
        do { return try Digest(parsing: text) } catch { throw JSONDecodingError(path: path, wanted: "a digest", found: text) }
    }

    package var json: JSON {
        var object: JSONObject = [
            "revision": installed.json, "class": .string(hostClass), "slot": .string(slot), "repository": .string(repository),
        ]
        object.set("config", config)
        object["manifest"] = .string(manifest.description)
        object.setUnlessEmpty("signatures", signatures.map(\.description))
        object["blobs"] = blobs.map(\.description).json
        return .object(object)
    }
}
