/// What is small enough to be held in memory, fetched once for all who want it at the same time.
final class SharedContents: Sendable {
    struct Key: Sendable, Hashable {
        let location: String
        let digest: Digest
        /// Of a blob, as announced: another announcement is another request.
        var size: Int?
    }

    let manifests = SingleFlight<Key, ManifestDocument>()
    let blobs = SingleFlight<Key, [UInt8]>()

    /// Bytes of a blob that is fetched whole before any of it is handed on.
    static let blobLimit = 1 << 20
}
