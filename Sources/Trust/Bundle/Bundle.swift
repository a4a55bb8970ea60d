/// A Sigstore bundle (sigstore_bundle.proto, versions 0.1 to 0.3): a signature with all that is needed to verify it offline.
///
/// What stands here was read and is within limits; nothing of it is verified.
package struct Bundle: Sendable, Hashable {
    package enum Version: String, Sendable, Hashable {
        case v0_1 = "0.1"
        case v0_2 = "0.2"
        case v0_3 = "0.3"
    }

    /// By whom it claims to be signed.
    package enum Signer: Sendable, Hashable {
        /// The leaf, and what was sent along as intermediates; DER.
        case certificate([UInt8], intermediates: [[UInt8]])
        /// What tells the policy's keys apart; nothing follows from it.
        case publicKey(hint: String)
    }

    /// What was signed.
    package enum Content: Sendable, Hashable {
        case message(MessageSignature)
        case envelope(DSSEEnvelope)
    }

    package struct MessageSignature: Sendable, Hashable {
        /// A hint, yet it must be true.
        package var digest: MessageDigest?
        package var signature: [UInt8]
    }

    package var version: Version
    package var signer: Signer
    package var content: Content
    package var logEntries: [LogEntry]
    /// TimeStampResp (RFC 3161), in DER.
    package var timestamps: [[UInt8]]

    /// The signature's bytes, which time stamps are made over.
    package var signature: [UInt8] {
        switch content {
        case .message(let message): message.signature
        case .envelope(let envelope): envelope.signature
        }
    }
}

/// What is looked at, at most.
package enum BundleLimits {
    /// Bytes of a bundle. Statements with large SBOMs are the largest.
    package static let bytes = 16 << 20
    package static let depth = 16
    package static let logEntries = 32
    package static let timestamps = 32
    package static let certificates = 16
    /// A tree of 2^63 leaves has no longer path.
    package static let hashes = 63
    /// Bytes of an annotation.
    package static let annotation = 1 << 20
    /// Bytes of a signature; the longest that is known, RSA-4096's, has 512.
    package static let signature = 4096
    /// Values of a document. One that two bytes write takes twenty times as much memory when it is read; bills of material have sixteen bytes and
    /// more for each, and so reach the limit of bytes first.
    package static let values = 1 << 20

    /// Whether a JSON document has no more values than that. Commas and brackets count, those within strings, too.
    static func allowValues(of bytes: [UInt8]) -> Bool {
        // Each has a byte at least.
        guard bytes.count > values else { return true }
        var count = 1
        for byte in bytes where byte == UInt8(ascii: ",") || byte | 0x20 == UInt8(ascii: "{") { count += 1 }
        return count <= values
    }
}
