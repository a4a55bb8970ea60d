/// What was signed and by which key: all that a log entry must agree with.
struct SignatureSubject: Sendable {
    enum Content: Sendable {
        /// The artifact itself.
        case message(Artifact)
        /// An envelope; and its bytes as they were received, where they are those that were logged.
        case envelope(DSSEEnvelope, original: [UInt8]?)
    }

    var content: Content
    var signature: [UInt8]
    var key: PublicKey
    /// The signer's certificate in DER; nil for a managed key.
    var certificate: [UInt8]?

    /// The hashes this key signs with: that of Sigstore's algorithm registry first, then SHA-256 as older clients use it for all curves.
    var digestAlgorithms: [DigestAlgorithm] {
        switch key.algorithm {
        case .ecdsaP256, .rsa2048, .rsa3072, .rsa4096: [.sha256]
        case .ecdsaP384: [.sha384, .sha256]
        case .ecdsaP521: [.sha512, .sha256]
        case .ed25519: []
        }
    }

    /// The digest of what the signature covers, under an algorithm; nil where only another one is known.
    func digest(_ algorithm: DigestAlgorithm) -> MessageDigest? {
        switch content {
        case .message(let artifact): artifact.digest(algorithm)
        case .envelope(let envelope, _): MessageDigest(hashing: envelope.preAuthenticationEncoding, with: algorithm)
        }
    }

    /// Over what a signature was found to hold.
    enum Hash: Sendable, Hashable {
        case digest(DigestAlgorithm)
        /// The message itself.
        case none

        /// Whether that is what a log entry has fixed; without one, any of the key's is right.
        func satisfies(_ algorithm: DigestAlgorithm?) -> Bool { algorithm.map { self == .digest($0) } ?? true }
    }

    /// Holds when the key made the signature; with `algorithm`, over that hash alone, which a log entry has fixed.
    @discardableResult
    func verify(_ algorithm: DigestAlgorithm?) throws(BundleFailure) -> Hash {
        let allowed = algorithm.map { [$0] } ?? digestAlgorithms
        for digest in allowed {
            guard digestAlgorithms.contains(digest), let hashed = self.digest(digest) else { continue }
            let scheme: SignatureScheme = key.algorithm.isRSA ? .rsaPKCS1(digest) : .ecdsa(digest)
            if key.isValid(signature: signature, digest: hashed, scheme: scheme) { return .digest(digest) }
        }
        guard key.algorithm == .ed25519, algorithm == nil else { throw .signatureInvalid }
        let message: [UInt8]
        switch content {
        case .message(.bytes(let bytes)): message = bytes
        case .message(.digest): throw .algorithmUnsupported("Ed25519 signs bytes, of which only the digest is known")
        case .envelope(let envelope, _): message = envelope.preAuthenticationEncoding
        }
        guard key.isValid(signature: signature, for: message, scheme: .ed25519) else { throw .signatureInvalid }
        return .none
    }
}

extension KeyAlgorithm {
    var isRSA: Bool {
        switch self {
        case .rsa2048, .rsa3072, .rsa4096: true
        case .ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519: false
        }
    }
}
