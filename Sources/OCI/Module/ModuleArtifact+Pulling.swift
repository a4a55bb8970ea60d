package import JSON

extension ModuleArtifact {
    /// Finds a module; where the name stands for an index, the entry for the platform.
    package static func find(
        _ name: ArtifactName, in source: some ArtifactSource, platform: Platform = .current
    ) async throws -> ModuleArtifact {
        let subject = source.location + name.suffix
        let document = try await source.manifest(name)
        guard let index = document.index else { return try ModuleArtifact(document, source: subject) }
        guard let entry = index.entry(for: platform) else {
            let offered = index.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
            throw OCIError(
                .noPlatform, "\(subject): there is no module for \(platform); the index has \(offered.isEmpty ? "no platforms" : offered)")
        }
        let chosen = try await source.manifest(.digest(entry.digest))
        guard chosen.bytes.count == entry.size else {
            throw OCIError(
                .sizeMismatch, "\(subject): the entry for \(platform) has \(chosen.bytes.count) bytes, announced were \(entry.size)")
        }
        return try ModuleArtifact(chosen, root: document.descriptor, source: subject)
    }

    /// The module descriptor.
    package func descriptor(from source: some ArtifactSource) async throws -> JSON {
        let bytes = try await source.blob(config, upTo: Self.maximumDescriptorSize)
        do {
            return try JSON.parse(bytes, limits: JSONLimits(size: Self.maximumDescriptorSize, depth: 64))
        } catch {
            throw OCIError(.malformed, "\(source.location)@\(config.digest): the module descriptor is no JSON: \(error)")
        }
    }

    /// Writes all files below a directory, which is made. Each is checked, made to last, and appears whole or not at all; when this throws,
    /// some may be there.
    /// - Parameter limit: bytes of all files together.
    package func unpack(from source: some ArtifactSource, into directory: String, upTo limit: Int) async throws {
        guard size <= limit else {
            throw OCIError(.tooLarge, "\(source.location)@\(manifest.digest): the files have \(size) bytes, at most \(limit) are unpacked")
        }
        try FileSystem.makeDirectory(directory)
        for entry in files {
            let target = "\(directory)/\(entry.path)"
            try FileSystem.makeDirectory(FileSystem.directory(of: target))
            let file = try IncomingFile(in: FileSystem.directory(of: target))
            try await source.blob(entry.content) { try file.write($0) }
            try file.setMode(entry.mode.bitsOnHosts)
            try file.move(to: target)
        }
    }
}
