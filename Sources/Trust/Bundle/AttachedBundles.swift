/// The bundles attached to an artifact, while it is judged: each is read once, and once proven by each root to whoever asks for the same signers. Several
/// policies, and several demands of one, ask that of the same bundle; what they want of its content is looked at each time.
final class AttachedBundles {
    struct Attached {
        /// Where it stands; nothing was tried yet.
        var place: SignatureVerdict.Attempt
        var bundle: Result<Bundle, VerificationFailure>
    }

    /// All that decides about a proof.
    private struct Question: Hashable {
        /// Its place in `all`.
        var bundle: Int
        var artifact: Artifact
        /// Of the requirement, but for its content.
        var signers: [UInt8]
        var root: TrustedRoot
    }

    private let manifests: [SignatureManifest]
    private(set) lazy var all: [Attached] = manifests.flatMap(Self.read)
    private var answers: [Question: Result<BundleEvidence, VerificationFailure>] = [:]

    init(_ manifests: [SignatureManifest]) { self.manifests = manifests }

    private static func read(_ manifest: SignatureManifest) -> [Attached] {
        manifest.layers.enumerated().compactMap { index, layer in
            guard layer.mediaType.hasPrefix(AttachedBundle.mediaTypePrefix) else { return nil }
            let bundle = Result { () throws(VerificationFailure) in
                try layer.checkBlob()
                return try Bundle(json: layer.payload)
            }
            return Attached(place: .init(manifest: manifest.digest, layer: index, layerDigest: layer.digest), bundle: bundle)
        }
    }

    /// What `prove` says, or said when it was asked this before.
    func proven(
        _ bundle: Int, of artifact: Artifact, _ requirement: BundleRequirement, by root: TrustedRoot,
        _ prove: () throws(VerificationFailure) -> BundleEvidence
    ) throws(VerificationFailure) -> BundleEvidence {
        var signers = ContentWriter()
        signers.add(requirement.signer)
        signers.add(Int64(requirement.logs))
        signers.add(Int64(requirement.certificateLogs))
        let question = Question(
            bundle: bundle, artifact: artifact, signers: signers.bytes, root: root)
        if let answer = answers[question] { return try answer.get() }
        let answer = Result { () throws(VerificationFailure) in try prove() }
        answers[question] = answer
        return try answer.get()
    }
}
