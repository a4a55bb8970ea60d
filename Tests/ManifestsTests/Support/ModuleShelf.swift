import JSON
import OCI
import Trust
import Verification

/// Signed modules in an OCI layout on disk, found under any registry's name.
struct ModuleShelf: ArtifactLocator {
    static let repository = "registry.example/modules/http-filter"
    let key: PrivateKey
    private let layout: ImageLayout

    init(directory: String) throws {
        layout = try ImageLayout(creating: directory)
        key = try PrivateKey.generate()
    }

    func source(of reference: Reference) -> any ArtifactSource { layout }

    /// Packs a version, pushes it and its signature.
    func push(_ version: String) async throws {
        let descriptor: JSON = [
            "name": "http-filter", "version": .string(version), "slot": "net/filter", "contract": "edge/3",
            "minimumRuntimeVersion": "2.0.0",
        ]
        let file = ModulePackage.File(path: try PayloadPath("libfilter.so"), content: .bytes(Array("filter \(version)".utf8)))
        let digest = try await ModulePackage(descriptor: descriptor, files: [file]).push(to: layout, tag: try Tag(version)).digest
            .description
        let layer = try Signer(key: key).sign(digest: digest, repository: Self.repository)
        let image = try SignatureImage(for: digest, layers: [layer])
        try await layout.push(.bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await layout.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        try await layout.push(try ManifestDocument(parsing: image.manifest, source: "the test's signature"), tag: try Tag(image.tag))
    }
}
