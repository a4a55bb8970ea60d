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
    /// What has taken in the salt and 0x00.
    private let salted: SHA256

    package init(salt: String) {
        var hash = SHA256()
        hash.update(data: Array(salt.utf8) + [0])
        salted = hash
    }

    package func rank(of host: String) -> Rank {
        var hash = salted
        let isTakenIn: Void? = host.utf8.withContiguousStorageIfAvailable { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        if isTakenIn == nil { hash.update(data: Array(host.utf8)) }
        // 6 bytes of the big-endian word that the digest begins with.
        return hash.finalize().withUnsafeBytes { Rank(value: Int64(UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) >> 16)) }
    }
}
