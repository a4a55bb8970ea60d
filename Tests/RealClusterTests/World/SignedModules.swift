import Harness
import JSON
import OCI
import Trust
import Verification

/// Versions of a module in an OCI layout on disk, found under any registry's name, and the key that signs them.
struct SignedModules: ArtifactLocator {
    static let repository = "registry.example/modules/http-filter"
    private let layout: ImageLayout
    let key: PrivateKey

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
        let package = try ModulePackage(
            descriptor: descriptor, files: [.init(path: try PayloadPath("libfilter.so"), content: .bytes(Array("filter \(version)".utf8)))])
        let digest = try await package.push(to: layout, tag: try Tag(version)).digest.description
        let layer = try Signer(key: key).sign(digest: digest, repository: Self.repository)
        let image = try SignatureImage(for: digest, layers: [layer])
        try await layout.push(.bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await layout.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        try await layout.push(try ManifestDocument(parsing: image.manifest, source: "the test's signature"), tag: try Tag(image.tag))
    }
}
