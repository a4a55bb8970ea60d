extension ImageLayout {
    package func resolve(_ name: ArtifactName) async throws -> Descriptor { try await manifest(name).descriptor }

    package func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
        let source = "\(path)\(name.suffix)"
        let entry = try entry(for: name)
        let digest: Digest
        switch (name, entry) {
        case (.digest(let wanted), _): digest = wanted
        case (.tag, let entry?): digest = entry.digest
        case (.tag(let tag), nil):
            let known = try await tags()
            let list = known.isEmpty ? "it has none" : "it has " + known.prefix(10).map(\.description).joined(separator: ", ")
            throw OCIError(.manifestUnknown, "\(path): there is no tag \(tag); \(list)")
        }
        guard blobs.contains(digest) else {
            throw OCIError(.manifestUnknown, "\(source): there is no manifest \(digest) in this layout; push it, or correct the digest")
        }
        let bytes = try blobs.read(digest, upTo: ManifestDocument.maximumSize)
        return try ManifestDocument(parsing: bytes, mediaType: entry?.mediaType, algorithm: digest.algorithm, source: source)
    }

    package func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        guard let size = blobs.size(of: descriptor.digest) else {
            throw OCIError(
                .blobUnknown, "\(path): there is no content \(descriptor.digest) in this layout; the artifact is incomplete, push it again")
        }
        guard size == descriptor.size else {
            throw OCIError(
                .sizeMismatch, "\(blobs.path(of: descriptor.digest)): the file has \(size) bytes, announced were \(descriptor.size)")
        }
        var check = BlobCheck(descriptor, source: path)
        let reader = try blobs.reader(of: descriptor.digest)
        while let part = try reader.next() {
            try Task.checkCancellation()
            try check.take(part)
            try await write(part)
        }
        try check.finish()
    }

    package func tags() async throws -> [Tag] {
        try index().manifests.compactMap { $0.annotations[AnnotationKey.refName].flatMap { try? Tag($0) } }.sorted()
    }

    /// The index's entry for the name. Later entries with the same name do not count, as with other tools.
    private func entry(for name: ArtifactName) throws(OCIError) -> Descriptor? {
        let entries = try index().manifests
        switch name {
        case .tag(let tag): return entries.first { $0.annotations[AnnotationKey.refName] == tag.description }
        case .digest(let digest): return entries.first { $0.digest == digest }
        }
    }
}
