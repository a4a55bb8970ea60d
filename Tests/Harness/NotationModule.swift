import FoundationEssentials
import JSON
package import OCI

/// The module that `Tests/Fixtures/signatures/notation` holds signatures of, made by the Notary Project's own library.
package enum NotationModule {
    package static let subject = "x509.subject: C=US, ST=WA, L=Seattle, O=wabbit-networks.example, CN=SecureBuilder"

    package static func fixture(_ name: String) throws -> [UInt8] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        guard let data = FileManager.default.contents(atPath: "\(root)/Fixtures/signatures/notation/\(name)") else {
            throw OCIError(.blobUnknown, "no fixture \(name)")
        }
        return Array(data)
    }

    package static func text(_ name: String) throws -> String { String(decoding: try fixture(name), as: UTF8.self) }

    /// Pushes the module and a signature of it, which refers to it: `stamped.jws` and `stamped.cose` hold whatever the time is.
    /// - Returns: the digests of both.
    package static func push(
        to layout: ImageLayout, tag: String, signature: String
    ) async throws -> (module: Digest, signature: Digest) {
        let descriptor: JSON = [
            "name": "http-filter", "version": "1.0.0", "slot": "net/filter", "contract": "edge/3", "minimumRuntimeVersion": "2.0.0",
            "capabilities": ["reload"],
        ]
        let file = ModulePackage.File(path: try PayloadPath("libfilter.so"), content: .bytes(Array("the code of 1.0.0".utf8)))
        let subject = try await ModulePackage(descriptor: descriptor, files: [file]).push(to: layout, tag: try Tag(tag))
        let empty = Array("{}".utf8)
        let config = Descriptor(mediaType: MediaType.empty, of: empty)
        try await layout.push(.bytes(empty), as: config)
        let bytes = try fixture(signature)
        let layer = Descriptor(mediaType: signature.hasSuffix(".jws") ? "application/jose+json" : "application/cose", of: bytes)
        try await layout.push(.bytes(bytes), as: layer)
        let manifest = ManifestDocument(
            Manifest(artifactType: "application/vnd.cncf.notary.signature", config: config, layers: [layer], subject: subject))
        try await layout.push(manifest, tag: nil)
        try await layout.push(ManifestDocument(Index(manifests: [manifest.listing])), tag: Tag.referrers(of: subject.digest))
        return (subject.digest, manifest.descriptor.digest)
    }
}
