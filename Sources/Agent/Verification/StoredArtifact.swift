package import OCI

/// An artifact and its signatures as they lie in the store of this host: read like any repository, without a network.
package struct StoredArtifact: ArtifactSource {
    private let store: ContentStore

    package init(store: ContentStore) { self.store = store }

    package var location: String { "the store of this host" }

    package func resolve(_ name: ArtifactName) async throws -> Descriptor { try await manifest(name).descriptor }

    package func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
        guard case .digest(let digest) = name else {
            throw OCIError(.manifestUnknown, "\(location) knows no tags, and so not \(name)")
        }
        return try ManifestDocument(
            parsing: try store.read(digest, upTo: ManifestDocument.maximumSize), algorithm: digest.algorithm, source: location)
    }

    package func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        try await write(try store.read(descriptor.digest, upTo: descriptor.size))
    }

    package func tags() async throws -> [Tag] { [] }
}
