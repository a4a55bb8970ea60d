internal import JSON
internal import OCI

/// The files of a registry.
///
/// - `blobs/sha256/…`: content of all repositories, manifests included, once each.
/// - `repositories/NAME/_blobs/sha256-…`: this repository has that blob. Empty.
/// - `repositories/NAME/_manifests/sha256-…`: this repository has that manifest. Its descriptor.
/// - `repositories/NAME/_tags/TAG`: the descriptor the tag stands for.
/// - `repositories/NAME/_referrers/sha256-…/sha256-…`: the second manifest is about the first one. How lists name it.
///
/// Parts of repository names never start with `_`. Content is written before the file that makes it visible.
struct RegistryStorage: Sendable {
    let blobs: ContentDirectory
    private let repositories: String

    init(_ directory: String) throws(OCIError) {
        blobs = ContentDirectory("\(directory)/blobs")
        repositories = "\(directory)/repositories"
        try FileSystem.makeDirectory(blobs.path)
        try FileSystem.makeDirectory(repositories)
        try blobs.removeUnfinished()
    }

    func knows(_ repository: String) -> Bool {
        ["_blobs", "_manifests", "_tags"].contains { FileSystem.isDirectory("\(repositories)/\(repository)/\($0)") }
    }

    // MARK: Blobs

    /// Bytes of the blob; nil when this repository does not have it.
    func size(of digest: Digest, in repository: String) -> Int? {
        guard FileSystem.exists(path(repository, "_blobs", digest)) else { return nil }
        return blobs.size(of: digest)
    }

    /// Makes content that is stored part of the repository.
    func link(_ digest: Digest, in repository: String) throws(OCIError) {
        try write(path(repository, "_blobs", digest), [])
    }

    func place(_ file: IncomingFile, as digest: Digest, in repository: String) throws(OCIError) {
        try blobs.place(file, as: digest)
        try link(digest, in: repository)
    }

    // MARK: Manifests and tags

    func descriptor(of name: ArtifactName, in repository: String) throws -> Descriptor? {
        let file: String
        switch name {
        case .digest(let digest): file = path(repository, "_manifests", digest)
        case .tag(let tag): file = "\(repositories)/\(repository)/_tags/\(tag)"
        }
        guard FileSystem.exists(file) else { return nil }
        return try descriptor(in: file)
    }

    private func descriptor(in file: String) throws(OCIError) -> Descriptor {
        let bytes = try FileSystem.read(file, upTo: 256 << 10)
        do { return try Descriptor(from: JSON.parse(bytes)) } catch {
            throw OCIError(.storage, "\(file): the file is damaged: \(error); push the tag or manifest again")
        }
    }

    // MARK: Referrers

    /// Bytes of annotations that a list repeats; beyond it they are left out, and the manifest has them.
    private static let annotationLimit = 16 << 10

    /// Digests of what is about the manifest, sorted by their text, after the one given.
    func referrers(of digest: Digest, in repository: String, after last: String?) throws(OCIError) -> [String] {
        let directory = referrersDirectory(of: digest, in: repository)
        guard FileSystem.isDirectory(directory) else { return [] }
        return try FileSystem.entries(of: directory).filter { name in
            guard !name.hasPrefix(IncomingFile.prefix) else { return false }
            return last.map { name > $0 } ?? true
        }
    }

    /// - Parameter name: one of those that `referrers` gives.
    func referrer(_ name: String, of digest: Digest, in repository: String) throws(OCIError) -> Descriptor {
        try descriptor(in: "\(referrersDirectory(of: digest, in: repository))/\(name)")
    }

    private func writeReferrer(_ document: ManifestDocument, in repository: String) throws(OCIError) {
        guard let subject = document.subject?.digest else { return }
        var listing = document.listing
        if listing.annotations.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > Self.annotationLimit {
            listing.annotations = [:]
        }
        let digest = document.descriptor.digest
        try write("\(referrersDirectory(of: subject, in: repository))/\(digest.algorithm.rawValue)-\(digest.hex)", listing.json.bytes())
    }

    private func referrersDirectory(of digest: Digest, in repository: String) -> String { path(repository, "_referrers", digest) }

    func manifest(_ descriptor: Descriptor) throws(OCIError) -> [UInt8] {
        try blobs.read(descriptor.digest, upTo: ManifestDocument.maximumSize)
    }

    func write(_ document: ManifestDocument, tag: Tag?, in repository: String) throws(OCIError) {
        try blobs.write(document.bytes, as: document.descriptor.digest)
        let descriptor = Descriptor(
            mediaType: document.descriptor.mediaType, digest: document.descriptor.digest, size: document.descriptor.size)
        let bytes = descriptor.json.bytes()
        try write(path(repository, "_manifests", descriptor.digest), bytes)
        try writeReferrer(document, in: repository)
        if let tag { try write("\(repositories)/\(repository)/_tags/\(tag)", bytes) }
    }

    /// Sorted.
    func tags(in repository: String) throws(OCIError) -> [Tag] {
        let directory = "\(repositories)/\(repository)/_tags"
        guard FileSystem.isDirectory(directory) else { return [] }
        return try FileSystem.entries(of: directory).compactMap { try? Tag($0) }.sorted()
    }

    // MARK: Files

    private func path(_ repository: String, _ kind: String, _ digest: Digest) -> String {
        "\(repositories)/\(repository)/\(kind)/\(digest.algorithm.rawValue)-\(digest.hex)"
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws(OCIError) {
        if bytes.isEmpty, FileSystem.exists(path) { return }
        try FileSystem.makeDirectory(FileSystem.directory(of: path))
        try FileSystem.replace(path, with: bytes)
    }
}
