package import OCI
package import Trust

extension SignatureManifest {
    /// Fetches the signatures of an artifact from its own repository: those pinned, by digest, or what the signature tag holds now.
    ///
    /// Every byte is hashed on the way. What is larger than `SignatureLimits` allows is not fetched.
    /// - Returns: one manifest for each that is there; none when the artifact has no signatures.
    /// - Throws: `OCIError`; a pinned manifest that is gone is an error, a missing tag is not.
    package static func fetch(of artifact: Digest, pinned: [Digest]? = nil, from source: any ArtifactSource) async throws
        -> [SignatureManifest]
    {
        if let pinned {
            var manifests: [SignatureManifest] = []
            for digest in pinned { manifests.append(try await fetch(.digest(digest), from: source)) }
            return manifests
        }
        do {
            return [try await fetch(.tag(Tag.signatures(of: artifact)), from: source)]
        } catch let error as OCIError where error.code == .manifestUnknown || error.code == .nameUnknown {
            return []
        }
    }

    private static func fetch(_ name: ArtifactName, from source: any ArtifactSource) async throws -> SignatureManifest {
        let document = try await source.manifest(name)
        guard let manifest = document.manifest else {
            throw OCIError(.wrongType, "\(source.location)\(name.suffix): wanted a manifest that holds signatures, found an index")
        }
        guard manifest.layers.count <= SignatureLimits.layers else {
            throw OCIError(
                .tooLarge,
                "\(source.location)\(name.suffix): \(manifest.layers.count) signatures, at most \(SignatureLimits.layers) are read")
        }
        var left = SignatureLimits.bytes
        var layers: [SignatureLayer] = []
        for layer in manifest.layers where SignatureLayer.isProof(layer.mediaType) {
            guard layer.size <= left else {
                throw OCIError(
                    .tooLarge, "\(source.location)\(name.suffix): its signatures have more than \(SignatureLimits.bytes) bytes")
            }
            left -= layer.size
            layers.append(
                SignatureLayer(
                    mediaType: layer.mediaType, digest: layer.digest.description, size: layer.size, annotations: layer.annotations,
                    payload: try await source.blob(layer, upTo: layer.size)))
        }
        return SignatureManifest(digest: document.descriptor.digest.description, layers: layers)
    }
}
