import OCI
import ProgramOptions
import Trust

/// The image of an artifact's classic signatures, or of its attestations, to which one is added.
struct LayeredImage {
    private let kind: SignatureImage.Kind
    private let digest: Digest
    private let artifact: LocatedArtifact

    /// Bytes of all layers that are looked at; what lies beyond stays as it is, unseen.
    private static let readLimit = 64 << 20

    init(kind: SignatureImage.Kind, of digest: Digest, in artifact: LocatedArtifact) {
        self.kind = kind
        self.digest = digest
        self.artifact = artifact
    }

    /// Adds a layer beside those that are there, of whatever kind they are.
    ///
    /// - Parameter make: is shown the layers with their content; nil adds nothing.
    /// - Returns: whether something was added.
    func add(_ make: ([SignatureLayer]) async throws -> SignatureLayer?) async throws -> Bool {
        guard let layer = try await make(try await present(reading: true)) else { return false }
        try await ContendedWrite(failure: "\(artifact.text): other signers overwrite the tag \(try tag()) each time it is written").settle {
            let present = try await present(reading: false)
            if present.contains(where: { $0.digest == layer.digest && $0.annotations == layer.annotations }) { return true }
            try await push(try SignatureImage(for: digest.description, layers: present + [layer], kind: kind), with: layer)
            return false
        }
        return true
    }

    private func push(_ image: SignatureImage, with layer: SignatureLayer) async throws {
        try await artifact.store.push(
            .bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await artifact.store.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        let document = try ManifestDocument(
            parsing: image.manifest, mediaType: SignatureImage.manifestMediaType, source: "the signatures of \(artifact.text)")
        try await artifact.store.push(document, tag: Tag(image.tag))
    }

    private func tag() throws -> Tag {
        let text = digest.description
        return try Tag(kind == .signatures ? SignatureManifest.tag(for: text) : SignatureManifest.attestationTag(for: text))
    }

    /// What stands under the tag now.
    private func present(reading: Bool) async throws -> [SignatureLayer] {
        let name = ArtifactName.tag(try tag())
        let document: ManifestDocument
        do { document = try await artifact.store.manifest(name) } catch let error as OCIError
            where error.code == .manifestUnknown || error.code == .nameUnknown
        {
            return []
        }
        guard let manifest = document.manifest else {
            throw CommandError(
                "\(artifact.text): found an index under \(name), wanted a manifest of signatures; delete the tag and sign again")
        }
        var left = Self.readLimit
        var layers: [SignatureLayer] = []
        for layer in manifest.layers {
            var payload: [UInt8] = []
            if reading, layer.size <= left {
                left -= layer.size
                payload = try await artifact.store.blob(layer, upTo: layer.size)
            }
            layers.append(
                SignatureLayer(
                    mediaType: layer.mediaType, digest: layer.digest.description, size: layer.size, annotations: layer.annotations,
                    payload: payload))
        }
        return layers
    }
}
