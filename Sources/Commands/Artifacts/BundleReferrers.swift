import OCI
import ProgramOptions
import Trust

/// The bundles about an artifact that are its referrers (OCI distribution specification 1.1, "Listing Referrers").
struct BundleReferrers {
    private let subject: Descriptor
    private let artifact: LocatedArtifact

    init(of subject: Descriptor, in artifact: LocatedArtifact) {
        self.subject = subject
        self.artifact = artifact
    }

    /// Those that can be read, as far as limits allow: beyond them something may be signed twice, which does no harm. Anyone with the right to
    /// push may add others, which are passed over.
    func bundles() async throws -> [Bundle] {
        let referrers = try await artifact.store.referrers(of: subject.digest) { $0 == BundleDocument.mediaType }
        var bundles: [Bundle] = []
        for referrer in referrers.found {
            guard let layer = referrer.document.manifest?.layers.first else { continue }
            do {
                bundles.append(try Bundle(json: try await artifact.store.blob(layer, upTo: BundleLimits.bytes)))
            } catch let error as OCIError where error.isTransient {
                throw error
            } catch is OCIError, is VerificationFailure {
                continue
            }
        }
        return bundles
    }

    /// Pushes the bundle; whoever keeps the list of referrers lists it.
    func add(_ bundle: BundleDocument, predicateType: String, created: Moment) async throws {
        let about = BundleReferrer.Subject(mediaType: subject.mediaType, digest: subject.digest.description, size: subject.size)
        let referrer = BundleReferrer(bundle, of: about, predicateType: predicateType, created: created)
        let store = artifact.store
        try await store.push(
            .bytes(BundleReferrer.config), as: Descriptor(mediaType: BundleReferrer.configMediaType, of: BundleReferrer.config))
        try await store.push(.bytes(referrer.bundle), as: Descriptor(mediaType: BundleDocument.mediaType, of: referrer.bundle))
        let document = try ManifestDocument(
            parsing: referrer.manifest, mediaType: BundleReferrer.manifestMediaType, source: "the bundle of \(artifact.text)")
        try await store.push(document, tag: nil)
    }
}
