package import JSON
package import OCI
package import Trust
import Verification

/// Modules in an OCI layout on disk, found under any registry's name, and two keys to sign them with.
package struct ModuleShelf: ArtifactLocator {
    package let layout: ImageLayout
    package let releaseKey: PrivateKey
    package let strangersKey: PrivateKey
    package static let repository = "registry.example/modules/http-filter"

    package init(directory: String) throws {
        layout = try ImageLayout(creating: directory)
        releaseKey = try PrivateKey.generate()
        strangersKey = try PrivateKey.generate()
    }

    package func source(of reference: Reference) -> any ArtifactSource { layout }

    package static func reference(_ version: String) -> String { "\(repository):\(version)" }

    /// Packs a version, pushes it, and signs it by the release key.
    @discardableResult
    package func push(_ version: String) async throws -> Digest { try await push(version, signedBy: releaseKey) }

    /// Packs a version, pushes it, and signs it unless `key` is nil.
    @discardableResult
    package func push(
        _ version: String, signedBy key: PrivateKey?, descriptor change: (inout JSON) -> Void = { _ in }
    ) async throws -> Digest {
        var descriptor: JSON = [
            "name": "http-filter", "version": .string(version), "slot": "net/filter", "contract": "edge/3",
            "minimumRuntimeVersion": "2.0.0",
        ]
        change(&descriptor)
        let package = try ModulePackage(
            descriptor: descriptor, files: [.init(path: try PayloadPath("libfilter.so"), content: .bytes(Array("filter \(version)".utf8)))])
        let pushed = try await package.push(to: layout, tag: try Tag(version))
        if let key { _ = try await layout.pushSignature(of: pushed.digest, in: Self.repository, by: key) }
        return pushed.digest
    }
}

extension ImageLayout {
    /// Signs what has a digest, as `graft sign` and `cosign sign --key` do it.
    /// - Returns: the digest of the signature's manifest.
    package func pushSignature(of digest: Digest, in repository: String, by key: PrivateKey) async throws -> String {
        let layer = try Signer(key: key).sign(digest: digest.description, repository: repository)
        let image = try SignatureImage(for: digest.description, layers: [layer])
        try await push(.bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        try await push(try ManifestDocument(parsing: image.manifest, source: "the test's signature"), tag: try Tag(image.tag))
        return image.manifestDigest
    }
}
