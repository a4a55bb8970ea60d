import Crypto

/// The hash of a message, made here from its bytes or known from elsewhere (an artifact's digest).
package struct MessageDigest: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case sha256(SHA256Digest)
        case sha384(SHA384Digest)
        case sha512(SHA512Digest)
    }

    let value: Value

    package init(hashing message: [UInt8], with algorithm: DigestAlgorithm) {
        value =
            switch algorithm {
            case .sha256: .sha256(SHA256.hash(data: message))
            case .sha384: .sha384(SHA384.hash(data: message))
            case .sha512: .sha512(SHA512.hash(data: message))
            }
    }

    /// A digest that is already known; nil unless it has the algorithm's length.
    package init?(_ bytes: [UInt8], algorithm: DigestAlgorithm) {
        guard bytes.count == algorithm.byteCount else { return nil }
        switch algorithm {
        case .sha256:
            guard let digest = Self.rewritten(SHA256.hash(data: []), bytes) else { return nil }
            value = .sha256(digest)
        case .sha384:
            guard let digest = Self.rewritten(SHA384.hash(data: []), bytes) else { return nil }
            value = .sha384(digest)
        case .sha512:
            guard let digest = Self.rewritten(SHA512.hash(data: []), bytes) else { return nil }
            value = .sha512(digest)
        }
    }

    package var algorithm: DigestAlgorithm {
        switch value {
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }

    package var bytes: [UInt8] {
        switch value {
        case .sha256(let digest): Array(digest)
        case .sha384(let digest): Array(digest)
        case .sha512(let digest): Array(digest)
        }
    }

    // Crypto verifies RSA over its own digest types alone and makes none from bytes. They are plain words in memory, which is held
    // against what the value then says of itself.
    private static func rewritten<D: Digest>(_ digest: D, _ bytes: [UInt8]) -> D? {
        guard MemoryLayout<D>.size == bytes.count else { return nil }
        var digest = digest
        withUnsafeMutableBytes(of: &digest) { $0.copyBytes(from: bytes) }
        return digest.elementsEqual(bytes) ? digest : nil
    }
}
