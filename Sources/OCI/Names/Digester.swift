internal import Crypto

/// Computes a digest part by part.
package struct Digester: Sendable {
    private enum State: Sendable {
        case sha256(SHA256)
        case sha512(SHA512)
    }

    package let algorithm: Digest.Algorithm
    /// Bytes so far.
    package private(set) var count = 0
    private var state: State

    package init(_ algorithm: Digest.Algorithm = .sha256) {
        self.algorithm = algorithm
        state = algorithm == .sha256 ? .sha256(SHA256()) : .sha512(SHA512())
    }

    package mutating func update(_ bytes: [UInt8]) { update(bytes[...]) }

    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        count += bytes.count
        switch state {
        case .sha256(var hash):
            bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
            state = .sha256(hash)
        case .sha512(var hash):
            bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
            state = .sha512(hash)
        }
    }

    /// The digest of what came so far; more may follow.
    package var digest: Digest {
        switch state {
        case .sha256(let hash): Digest(algorithm: .sha256, hash: hash.finalize())
        case .sha512(let hash): Digest(algorithm: .sha512, hash: hash.finalize())
        }
    }
}
