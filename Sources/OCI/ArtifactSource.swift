/// Where artifacts are read from: one repository of a registry, or a layout in a directory. All names are of that one repository.
package protocol ArtifactSource: Sendable {
    /// How errors and messages name this source: `registry/repository`, or a path.
    var location: String { get }

    /// What the name stands for now: type, digest and size of a manifest or index.
    /// - Throws: `OCIError.manifestUnknown` when there is no such tag or manifest.
    func resolve(_ name: ArtifactName) async throws -> Descriptor

    /// The document, its bytes checked against the digest where the name is one.
    func manifest(_ name: ArtifactName) async throws -> ManifestDocument

    /// Hands the blob's bytes over in order while they arrive. Digest and size are those of the descriptor **only when this returns**: when it
    /// throws, what was written must be thrown away. At most `descriptor.size` bytes are handed over.
    func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws

    /// All tags, sorted.
    func tags() async throws -> [Tag]

    /// What the source lists as being about the manifest; none of it has been looked at.
    func referrerList(of digest: Digest, limits: ReferrerLimits) async throws -> ReferrerList
}

/// A source that can be written to as well.
package protocol ArtifactStore: ArtifactSource {
    /// Stores a blob, unless it is there. Its digest is checked by both sides.
    func push(_ content: BlobContent, as descriptor: Descriptor) async throws

    /// Stores a document under its digest and, where one is given, a tag. Its blobs must be there.
    @discardableResult
    func push(_ document: ManifestDocument, tag: Tag?) async throws -> Descriptor
}

extension ArtifactSource {
    /// The whole blob in memory.
    /// - Throws: `OCIError.tooLarge` before anything is fetched, when the descriptor announces more than `limit` bytes.
    package func blob(_ descriptor: Descriptor, upTo limit: Int) async throws -> [UInt8] {
        guard descriptor.size <= limit else {
            throw OCIError(
                .tooLarge, "\(location)@\(descriptor.digest): the content has \(descriptor.size) bytes, at most \(limit) are read")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(descriptor.size)
        try await blob(descriptor) { bytes += $0 }
        return bytes
    }
}

/// Checks a blob while it goes by: never more bytes than announced, and in the end exactly the digest.
struct BlobCheck {
    let descriptor: Descriptor
    /// Names the blob in errors.
    let source: String
    private var digester: Digester

    init(_ descriptor: Descriptor, source: String) {
        self.descriptor = descriptor
        self.source = source
        digester = Digester(descriptor.digest.algorithm)
    }

    var count: Int { digester.count }

    /// Of the bytes so far.
    var digest: Digest { digester.digest }

    /// - Throws: `OCIError.sizeMismatch` before a byte too much is handed on.
    mutating func take(_ bytes: [UInt8]) throws(OCIError) { try take(bytes[...]) }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(OCIError) {
        guard digester.count + bytes.count <= descriptor.size else {
            throw OCIError(.sizeMismatch, "\(source): \(descriptor.digest) has more than the \(descriptor.size) bytes announced for it")
        }
        digester.update(bytes)
    }

    func finish() throws(OCIError) {
        guard digester.count == descriptor.size else {
            throw OCIError(
                .sizeMismatch, "\(source): \(descriptor.digest) has \(digester.count) bytes, announced were \(descriptor.size)")
        }
        let found = digester.digest
        guard found == descriptor.digest else { throw ContentDirectory.corrupt(source, descriptor.digest, found) }
    }
}
