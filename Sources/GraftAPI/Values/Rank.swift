import Crypto

/// A host's place in a rollout: the first 6 bytes of SHA-256(salt, 0x00, host name), big-endian. 48 bits, so that
/// `Rank.end`, above all ranks, is sayable in 64.
package struct Rank: Sendable, Hashable, Comparable {
    package var value: Int64

    package init(value: Int64) { self.value = value }

    package init(salt: String, host: String) { self = RankReckoner(salt: salt).rank(of: host) }

    /// Above every rank: a cutoff of `end` takes all hosts.
    package static let end = Rank(value: 1 << 48)

    package static func < (left: Rank, right: Rank) -> Bool { left.value < right.value }
}

/// Reckons the ranks of many hosts under one salt.
package struct RankReckoner: Sendable {
    /// The salt and 0x00.
    private let prefix: [UInt8]

    package init(salt: String) { prefix = Array(salt.utf8) + [0] }

    package func rank(of host: String) -> Rank {
        var hash = SHA256()
        prefix.withUnsafeBytes { hash.update(bufferPointer: $0) }
        var host = host
        host.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        // 6 bytes of the big-endian word that the digest begins with.
        return hash.finalize().withUnsafeBytes { Rank(value: Int64(UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) >> 16)) }
    }
}
