package import JSON

/// What an artifact is made of: a config and layers (OCI image specification 1.1, "Image Manifest").
package struct Manifest: Sendable, Hashable, JSONConvertible {
    package var mediaType: String?
    package var artifactType: String?
    package var config: Descriptor
    package var layers: [Descriptor]
    /// The manifest this one is about, for example signs.
    package var subject: Descriptor?
    package var annotations: [String: String]

    package init(
        artifactType: String? = nil, config: Descriptor, layers: [Descriptor], subject: Descriptor? = nil,
        annotations: [String: String] = [:]
    ) {
        mediaType = MediaType.manifest
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.subject = subject
        self.annotations = annotations
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        try reader.checkSchemaVersion()
        mediaType = try reader.mediaType(oneOf: MediaType.manifests)
        artifactType = try reader.optional("artifactType")
        config = try reader.required("config")
        layers = try reader.required("layers")
        subject = try reader.optional("subject")
        annotations = try reader.optional("annotations", default: [:])
        try reader.refuse("manifests", of: "an index")
    }

    /// Members in the order of the specification; equal manifests are written as equal bytes.
    package var json: JSON {
        var object: JSONObject = ["schemaVersion": 2]
        object.set("mediaType", mediaType)
        object.set("artifactType", artifactType)
        object["config"] = config.json
        object["layers"] = layers.json
        object.set("subject", subject)
        object.setUnlessEmpty("annotations", annotations)
        return .object(object)
    }

    /// The artifact's kind: what it says, or else the type of its config.
    package var kind: String { artifactType ?? config.mediaType }
}

/// Points at manifests, for example one for each platform (OCI image specification 1.1, "Image Index").
package struct Index: Sendable, Hashable, JSONConvertible {
    package var mediaType: String?
    package var artifactType: String?
    package var manifests: [Descriptor]
    package var subject: Descriptor?
    package var annotations: [String: String]

    package init(manifests: [Descriptor], artifactType: String? = nil, annotations: [String: String] = [:]) {
        mediaType = MediaType.index
        self.artifactType = artifactType
        self.manifests = manifests
        subject = nil
        self.annotations = annotations
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        try reader.checkSchemaVersion()
        mediaType = try reader.mediaType(oneOf: MediaType.indexes)
        artifactType = try reader.optional("artifactType")
        manifests = try reader.required("manifests")
        subject = try reader.optional("subject")
        annotations = try reader.optional("annotations", default: [:])
        try reader.refuse("layers", of: "a manifest")
        try reader.refuse("config", of: "a manifest")
    }

    package var json: JSON {
        var object: JSONObject = ["schemaVersion": 2]
        object.set("mediaType", mediaType)
        object.set("artifactType", artifactType)
        object["manifests"] = manifests.json
        object.set("subject", subject)
        object.setUnlessEmpty("annotations", annotations)
        return .object(object)
    }

    /// The entry for a platform: same system and architecture, and the variant where the entry names one. The only entry of an index serves
    /// every platform when it names none.
    package func entry(for platform: Platform) -> Descriptor? {
        let fitting = manifests.filter { entry in
            guard let offered = entry.platform else { return false }
            return offered.os == platform.os && offered.architecture == platform.architecture
                && (offered.variant == nil || platform.variant == nil || offered.variant == platform.variant)
        }
        if let exact = fitting.first(where: { $0.platform == platform }) ?? fitting.first { return exact }
        return manifests.count == 1 && manifests[0].platform == nil ? manifests[0] : nil
    }
}

extension JSONReader {
    fileprivate func checkSchemaVersion() throws(JSONDecodingError) {
        let version: Int = try required("schemaVersion")
        guard version == 2 else { throw JSONDecodingError(path: path.appending("schemaVersion"), wanted: "2", found: "\(version)") }
    }

    fileprivate func mediaType(oneOf allowed: Set<String>) throws(JSONDecodingError) -> String? {
        guard let type: String = try optional("mediaType") else { return nil }
        guard allowed.contains(type) else {
            throw JSONDecodingError(
                path: path.appending("mediaType"), wanted: allowed.sorted().joined(separator: " or "), found: shown(type))
        }
        return type
    }

    /// A document that could be read in two ways is read in none (CVE-2021-41190).
    fileprivate func refuse(_ member: String, of kind: String) throws(JSONDecodingError) {
        guard object[member] == nil else {
            throw JSONDecodingError(path: path.appending(member), wanted: "no member of \(kind) beside these", found: "one")
        }
    }
}
