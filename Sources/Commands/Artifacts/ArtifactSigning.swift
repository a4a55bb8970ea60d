import OCI
import ProgramOptions
import Trust
import Verification

/// Adds a signature to an artifact, beside it in its repository, as `cosign sign --key` does.
struct ArtifactSigning {
    var signer: Signer

    init(keyFile path: String) throws {
        do {
            signer = Signer(key: try PrivateKey(pem: LocalFile(path).text()))
        } catch let error as KeyError {
            throw CommandError("\(path): \(error)")
        }
    }

    /// - Returns: false when this key has signed it before.
    func sign(_ digest: Digest, in artifact: LocatedArtifact) async throws -> Bool {
        let present = try await SignatureManifest.fetch(of: digest, from: artifact.store).flatMap(\.layers)
        if signer.hasSigned(present, digest: digest.description, repository: artifact.repository) { return false }
        let layer = try signer.sign(digest: digest.description, repository: artifact.repository)
        let image = try SignatureImage(for: digest.description, layers: present + [layer])
        try await artifact.store.push(
            .bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await artifact.store.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        let document = try ManifestDocument(
            parsing: image.manifest, mediaType: SignatureImage.manifestMediaType, source: "the signature of \(artifact.text)")
        try await artifact.store.push(document, tag: Tag(image.tag))
        return true
    }
}
