/// What came of every signature under every key: data, from which the answer, the evidence and the message all follow.
package struct SignatureVerdict: Sendable, Hashable {
    /// One thing that was tried.
    package struct Attempt: Sendable, Hashable {
        /// The manifest the layer stands in.
        package var manifest: String
        /// The layer's place in its manifest, from 0.
        package var layer: Int
        package var layerDigest: String
        /// The authority and the fingerprint of the key; nil when the layer failed before any key was tried.
        package var authority: String?
        package var keyFingerprint: String?
        /// What was shown of a keyless signer or an attestation; nil for a signature by a key, and for a failure.
        package var evidence: BundleEvidence?
        /// Nil: passed.
        package var failure: VerificationFailure?

        /// By its place and authority; what came of it tells few apart and is long.
        package func hash(into hasher: inout Hasher) {
            hasher.combine(layer)
            hasher.combine(layerDigest)
            hasher.combine(authority)
        }
    }

    package var attempts: [Attempt] = []
    /// Layers of another media type, which were passed over.
    package var ignoredLayers = 0
    /// Nil when at least one attempt passed.
    package var failure: VerificationFailure?

    package var passed: [Attempt] { attempts.filter { $0.failure == nil } }
}
