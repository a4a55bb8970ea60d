package import OCI
package import Trust

extension SignatureManifest {
    /// Fetches what is attached to an artifact in its own repository: those pinned, by digest; or what the tags of classic signatures and
    /// attestations hold now, and the bundles and notation signatures that refer to it.
    ///
    /// Every byte is hashed on the way. What is larger than `SignatureLimits` allows is not fetched; referrers beyond them are passed over, since
    /// anyone who may push may add some.
    /// - Returns: one manifest for each that is there; none when nothing is attached.
    /// - Throws: `OCIError`; a pinned manifest that is gone is an error, a missing tag is not.
    package static func fetch(of artifact: Digest, pinned: [Digest]? = nil, from source: any ArtifactSource) async throws
        -> [SignatureManifest]
    {
        var manifests: [SignatureManifest] = []
        if let pinned {
            for digest in pinned { manifests.append(try await fetch(.digest(digest), from: source)) }
            return manifests
        }
        for tag in [Tag.signatures(of: artifact), Tag.attestations(of: artifact)] {
            do {
                manifests.append(try await fetch(.tag(tag), from: source))
            } catch let error as OCIError where error.code == .manifestUnknown || error.code == .nameUnknown {
                continue
            }
        }
        var (count, bytes) = manifests.reduce(into: (0, 0)) { sum, manifest in
            sum.0 += manifest.layers.count
            sum.1 += manifest.layers.reduce(0) { $0 + $1.size }
        }
        let referrers = try await source.referrers(of: artifact) {
            $0.hasPrefix(AttachedBundle.mediaTypePrefix) || $0 == NotationSignature.artifactType
        }
        for referrer in referrers.found {
            do {
                let manifest = try await read(referrer.document, ArtifactName.digest(referrer.digest), from: source)
                let size = manifest.layers.reduce(0) { $0 + $1.size }
                guard !manifest.layers.isEmpty, count + manifest.layers.count <= SignatureLimits.layers,
                    bytes + size <= SignatureLimits.bytes
                else { continue }
                (count, bytes) = (count + manifest.layers.count, bytes + size)
                manifests.append(manifest)
            } catch let error as OCIError where !error.isTransient {
                // One that can't be read is none.
                continue
            }
        }
        return manifests
    }

    private static func fetch(_ name: ArtifactName, from source: any ArtifactSource) async throws -> SignatureManifest {
        try await read(try await source.manifest(name), name, from: source)
    }

    private static func read(
        _ document: ManifestDocument, _ name: ArtifactName, from source: any ArtifactSource
    ) async throws -> SignatureManifest {
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
