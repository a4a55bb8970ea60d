internal import JSON

/// The manifest that ties a bundle to the artifact it is about, as cosign pushes it: an OCI referrer, found by its subject.
package struct BundleReferrer: Sendable, Hashable {
    /// What the bundle is about, as the registry holds it.
    package struct Subject: Sendable, Hashable {
        package var mediaType: String
        package var digest: String
        package var size: Int

        package init(mediaType: String, digest: String, size: Int) {
            self.mediaType = mediaType
            self.digest = digest
            self.size = size
        }
    }

    package static let manifestMediaType = SignatureImage.manifestMediaType
    package static let configMediaType = "application/vnd.oci.empty.v1+json"
    /// The config of an artifact that has none.
    package static let config: [UInt8] = Array("{}".utf8)

    /// The layer.
    package let bundle: [UInt8]
    package let manifest: [UInt8]

    /// - Parameter created: when, for people who list referrers.
    package init(_ bundle: BundleDocument, of subject: Subject, predicateType: String, created: Moment) {
        self.init(bundle: bundle.bytes, of: subject, predicateType: predicateType, created: created.description)
    }

    init(bundle: [UInt8], of subject: Subject, predicateType: String, created: String) {
        self.bundle = bundle
        let type = JSON.string(BundleDocument.mediaType)
        let config: JSON = [
            "mediaType": .string(Self.configMediaType), "size": .integer(Int64(Self.config.count)),
            "digest": .string(ContentDigest.sha256(of: Self.config)), "artifactType": type,
        ]
        let layer: JSON = [
            "mediaType": type, "size": .integer(Int64(bundle.count)), "digest": .string(ContentDigest.sha256(of: bundle)),
        ]
        let annotations: JSON = [
            "dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": .string(predicateType),
            "org.opencontainers.image.created": .string(created),
        ]
        let about: JSON = [
            "mediaType": .string(subject.mediaType), "size": .integer(Int64(subject.size)), "digest": .string(subject.digest),
        ]
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(Self.manifestMediaType), "config": config, "layers": [layer],
            "annotations": annotations, "subject": about, "artifactType": type,
        ]
        self.manifest = manifest.bytes()
    }
}
