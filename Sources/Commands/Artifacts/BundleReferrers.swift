import OCI
import ProgramOptions
import Trust

/// The bundles about an artifact that are its referrers, found by the index under the tag `sha256-<digest>` (OCI distribution specification 1.1,
/// "Referrers Tag Schema"), which every registry can hold.
struct BundleReferrers {
    private let subject: Descriptor
    private let artifact: LocatedArtifact

    /// Referrers that are looked at for what is signed already. More do no harm: then something may be signed twice.
    private static let readLimit = 64

    init(of subject: Descriptor, in artifact: LocatedArtifact) {
        self.subject = subject
        self.artifact = artifact
    }

    /// Those that can be read. Anyone with the right to push may add others, which are passed over.
    func bundles() async throws -> [Bundle] {
        var bundles: [Bundle] = []
        for entry in try await entries().prefix(Self.readLimit) {
            do {
                guard let manifest = try await artifact.store.manifest(.digest(entry.digest)).manifest,
                    manifest.kind == BundleDocument.mediaType,
                    manifest.subject?.digest == subject.digest, let layer = manifest.layers.first
                else { continue }
                bundles.append(try Bundle(json: try await artifact.store.blob(layer, upTo: BundleLimits.bytes)))
            } catch let error as OCIError where error.isTransient {
                throw error
            } catch is OCIError, is VerificationFailure {
                continue
            }
        }
        return bundles
    }

    /// Pushes the bundle and lists it beside the referrers that are there, again where another's writing took it away.
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
        try await ContendedWrite(failure: "\(artifact.text): other signers overwrite the tag \(try tag()) each time it is written").settle {
            let present = try await entries()
            if present.contains(where: { $0.digest == document.descriptor.digest }) { return true }
            try await store.push(ManifestDocument(Index(manifests: present + [document.descriptor])), tag: try tag())
            return false
        }
    }

    private func tag() throws -> Tag { try Tag(String(subject.digest.description.map { $0 == ":" ? "-" : $0 })) }

    private func entries() async throws -> [Descriptor] {
        let name = ArtifactName.tag(try tag())
        do {
            guard let index = try await artifact.store.manifest(name).index else {
                throw CommandError(
                    "\(artifact.text): found a manifest under \(name), wanted an index of referrers; delete the tag and sign again")
            }
            return index.manifests
        } catch let error as OCIError where error.code == .manifestUnknown || error.code == .nameUnknown {
            return []
        }
    }
}
