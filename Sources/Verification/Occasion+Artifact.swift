package import KubeCore
package import OCI
package import Trust

extension Occasion {
    /// Of an artifact by the document that was fetched, whose bytes have the digest.
    package init(_ artifact: ManifestDocument, now: Timestamp) {
        self.init(
            now: Moment(milliseconds: now.microseconds / 1000), mediaType: artifact.descriptor.mediaType, size: artifact.bytes.count)
    }

    /// The same where it matters to a policy; else nothing is fetched.
    package static func find(
        of digest: Digest, in source: any ArtifactSource, for tenancy: Tenancy, now: Timestamp
    ) async throws -> Occasion? {
        tenancy.needsOccasion ? Occasion(try await source.manifest(.digest(digest)), now: now) : nil
    }
}
