internal import JSON

/// What is pushed so that others find signatures: an OCI image whose layers are the signatures, under the tag of the artifact.
package struct SignatureImage: Sendable, Hashable {
    /// The tag, in the artifact's repository.
    package let tag: String
    package let layers: [SignatureLayer]
    /// The config blob; its digest and size stand in the manifest.
    package let config: [UInt8]
    package let manifest: [UInt8]

    package static let manifestMediaType = "application/vnd.oci.image.manifest.v1+json"
    package static let configMediaType = "application/vnd.oci.image.config.v1+json"

    package var configDigest: String { ContentDigest.sha256(of: config) }
    package var manifestDigest: String { ContentDigest.sha256(of: manifest) }

    /// What an image holds: each kind has a tag of its own.
    package enum Kind: Sendable, Hashable {
        case signatures
        case attestations
    }

    /// All signatures of the artifact with this digest, or all attestations about it, those that were there first.
    package init(for digest: String, layers: [SignatureLayer], kind: Kind = .signatures) throws(SigningError) {
        guard ContentDigest.isSHA256(digest) else { throw .digest(digest) }
        guard layers.count <= SignatureLimits.layers else { throw .tooManyLayers(limit: SignatureLimits.layers) }
        tag = kind == .signatures ? SignatureManifest.tag(for: digest) : SignatureManifest.attestationTag(for: digest)
        self.layers = layers
        config = Self.config(of: layers)
        manifest = Self.manifest(of: layers, config: config)
    }

    /// The image configuration cosign writes: empty but for the layers' digests, without any time, so that it is reproducible.
    private static func config(of layers: [SignatureLayer]) -> [UInt8] {
        let never: JSON = "0001-01-01T00:00:00Z"
        let files: JSON = ["type": "layers", "diff_ids": .array(layers.map { .string($0.digest) })]
        let config: JSON = [
            "architecture": "", "created": never, "history": .array(layers.map { _ in ["created": never] }), "os": "",
            "rootfs": files, "config": [:],
        ]
        return config.bytes()
    }

    private static func manifest(of layers: [SignatureLayer], config: [UInt8]) -> [UInt8] {
        let manifest: JSON = [
            "schemaVersion": 2,
            "mediaType": .string(manifestMediaType),
            "config": [
                "mediaType": .string(configMediaType), "size": .integer(Int64(config.count)),
                "digest": .string(ContentDigest.sha256(of: config)),
            ],
            "layers": .array(
                layers.map { layer in
                    [
                        "mediaType": .string(layer.mediaType), "size": .integer(Int64(layer.size)), "digest": .string(layer.digest),
                        "annotations": layer.annotations.json,
                    ]
                }),
        ]
        return manifest.bytes()
    }
}
