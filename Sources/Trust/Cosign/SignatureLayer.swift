/// One layer of a signature manifest (`sha256-<hex>.sig`), with the bytes the registry sent for it: one signature.
package struct SignatureLayer: Sendable, Hashable {
    package var mediaType: String
    /// The blob's digest, as the manifest names it.
    package var digest: String
    /// The blob's size in bytes, as the manifest says it.
    package var size: Int
    package var annotations: [String: String]
    /// The blob as received: the signed payload.
    package var payload: [UInt8]

    package init(mediaType: String, digest: String, size: Int, annotations: [String: String], payload: [UInt8]) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.payload = payload
    }

    /// Media type of a layer that holds a signature; every other layer is passed over.
    package static let mediaType = "application/vnd.dev.cosign.simplesigning.v1+json"
    /// Media type of a layer that holds an attestation, in the manifests tagged `.att`.
    package static let attestationMediaType = "application/vnd.dsse.envelope.v1+json"
    /// Whether layers of this media type are looked at: a signature, an attestation or a bundle.
    package static func isProof(_ mediaType: String) -> Bool {
        mediaType == Self.mediaType || mediaType == attestationMediaType || mediaType.hasPrefix(AttachedBundle.mediaTypePrefix)
            || NotationSignature.layerMediaTypes.contains(mediaType)
    }
    package static let signatureAnnotation = "dev.cosignproject.cosign/signature"
    package static let certificateAnnotation = "dev.sigstore.cosign/certificate"
    package static let chainAnnotation = "dev.sigstore.cosign/chain"
    package static let bundleAnnotation = "dev.sigstore.cosign/bundle"
    package static let timestampAnnotation = "dev.sigstore.cosign/rfc3161timestamp"
}

/// A signature manifest as it was fetched: its own digest and its layers.
package struct SignatureManifest: Sendable, Hashable {
    /// Digest of the manifest's bytes, which the fetcher has checked; this is what a revision pins.
    package var digest: String
    package var layers: [SignatureLayer]

    package init(digest: String, layers: [SignatureLayer]) {
        self.digest = digest
        self.layers = layers
    }

    /// The tag under which the signatures of an artifact stand, in the artifact's own repository.
    package static func tag(for digest: String) -> String { tag(for: digest, ".sig") }

    /// The tag under which its classic attestations stand.
    package static func attestationTag(for digest: String) -> String { tag(for: digest, ".att") }

    private static func tag(for digest: String, _ suffix: String) -> String {
        String(digest.map { $0 == ":" ? "-" : $0 }) + suffix
    }
}

/// What is fetched and looked at, at most. A fetcher applies them before it fetches; the verifier again to what it is given.
package enum SignatureLimits {
    /// Layers of one signature manifest.
    package static let layers = 64
    /// Bytes of a signature manifest, and of all its payloads together.
    package static let bytes = 4 << 20
}
