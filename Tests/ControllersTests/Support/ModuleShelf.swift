import Harness
import JSON
import OCI
import Trust
import Verification

/// Modules in an OCI layout on disk, found under any registry's name, and two keys to sign them with.
struct ModuleShelf: ArtifactLocator {
    let layout: ImageLayout
    let releaseKey: PrivateKey
    let strangersKey: PrivateKey
    static let repository = "registry.example/modules/http-filter"

    init(directory: String) throws {
        layout = try ImageLayout(creating: directory)
        releaseKey = try PrivateKey.generate()
        strangersKey = try PrivateKey.generate()
    }

    func source(of reference: Reference) -> any ArtifactSource { layout }

    static func reference(_ version: String) -> String { "\(repository):\(version)" }

    /// Packs a version, pushes it, and signs it unless `key` is nil.
    @discardableResult
    func push(_ version: String, signedBy key: PrivateKey?, descriptor change: (inout JSON) -> Void = { _ in }) async throws -> Digest {
        var descriptor: JSON = [
            "name": "http-filter", "version": .string(version), "slot": "net/filter", "contract": "edge/3",
            "minimumRuntimeVersion": "2.0.0",
        ]
        change(&descriptor)
        let package = try ModulePackage(
            descriptor: descriptor, files: [.init(path: try PayloadPath("libfilter.so"), content: .bytes(Array("filter \(version)".utf8)))])
        let pushed = try await package.push(to: layout, tag: try Tag(version))
        guard let key else { return pushed.digest }
        let layer = try Signer(key: key).sign(digest: pushed.digest.description, repository: Self.repository)
        let image = try SignatureImage(for: pushed.digest.description, layers: [layer])
        try await layout.push(.bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await layout.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        try await layout.push(try ManifestDocument(parsing: image.manifest, source: "the test's signature"), tag: try Tag(image.tag))
        return pushed.digest
    }
}
