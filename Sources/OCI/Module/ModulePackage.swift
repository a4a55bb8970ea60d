package import JSON

/// A module before it is pushed. The same descriptor, files and annotations give the same bytes, and so the same digest, on every machine.
package struct ModulePackage: Sendable {
    package struct File: Sendable {
        package var path: PayloadPath
        package var mode: FileMode
        package var content: BlobContent

        package init(path: PayloadPath, mode: FileMode = .regular, content: BlobContent) {
            self.path = path
            self.mode = mode
            self.content = content
        }
    }

    package let document: ManifestDocument
    private let config: (content: BlobContent, descriptor: Descriptor)
    private let layers: [(content: BlobContent, descriptor: Descriptor)]

    /// Reads every file once. The files' order does not matter; the members of `descriptor` are written in theirs.
    package init(descriptor: JSON, files: [File], annotations: [String: String] = [:]) throws {
        let bytes = descriptor.bytes()
        config = (.bytes(bytes), Descriptor(mediaType: MediaType.moduleDescriptor, of: bytes))
        layers = try files.sorted { $0.path < $1.path }.map { file in
            var annotations = [AnnotationKey.title: file.path.description]
            if file.mode != .regular { annotations[AnnotationKey.mode] = file.mode.description }
            return (file.content, try file.content.descriptor(mediaType: MediaType.modulePayload, annotations: annotations))
        }
        document = ManifestDocument(
            Manifest(
                artifactType: MediaType.module, config: config.descriptor, layers: layers.map(\.descriptor), annotations: annotations))
        // What can't be unpacked is not packed.
        _ = try ModuleArtifact(document, source: "the module")
    }

    /// Pushes content first, then the manifest, so that a reader never sees a part.
    /// - Returns: the manifest's descriptor.
    @discardableResult
    package func push(to store: some ArtifactStore, tag: Tag?) async throws -> Descriptor {
        for (content, descriptor) in [config] + layers { try await store.push(content, as: descriptor) }
        return try await store.push(document, tag: tag)
    }
}
