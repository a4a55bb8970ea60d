/// How content is sent to registries.
package struct UploadPolicy: Sendable, Hashable {
    /// Bytes up to which a blob goes in one request. A larger one goes in chunks, so that what breaks costs a chunk.
    package var monolithicUpTo: Int
    /// Bytes of a chunk, unless the registry wants larger ones.
    package var chunkSize: Int

    package init(monolithicUpTo: Int = 32 << 20, chunkSize: Int = 16 << 20) {
        self.monolithicUpTo = monolithicUpTo
        self.chunkSize = chunkSize
    }

    /// Bytes of the largest chunk that a registry may ask for (`OCI-Chunk-Min-Length`).
    static let largestChunk = 1 << 30

    /// The chunk that begins at `start`. The last one may be smaller than the registry's least.
    func chunk(from start: Int, of size: Int, least: Int) -> Range<Int> {
        let length = max(1, chunkSize, min(least, Self.largestChunk))
        return start..<(size - start <= length ? size : start + length)
    }
}

/// Where an upload stands (distribution specification, "Pushing a blob in chunks").
struct UploadProgress: Sendable, Hashable {
    /// Where its next request goes; each answer may name another place.
    var place: RemoteURL
    /// Bytes that the registry has.
    var received: Int
    /// Bytes of a chunk that the registry wants at least.
    var least = 0
}
