import Crypto

/// A host's place in a rollout: the first 6 bytes of SHA-256(salt, 0x00, host name), big-endian. 48 bits, so that
/// `Rank.end`, above all ranks, is sayable in 64.
package struct Rank: Sendable, Hashable, Comparable {
    package var value: Int64

    package init(value: Int64) { self.value = value }

    package init(salt: String, host: String) {
        var hash = SHA256()
        hash.update(data: Array(salt.utf8))
        hash.update(data: [0])
        hash.update(data: Array(host.utf8))
        value = hash.finalize().prefix(6).reduce(0) { $0 << 8 | Int64($1) }
    }

    /// Above every rank: a cutoff of `end` takes all hosts.
    package static let end = Rank(value: 1 << 48)

    package static func < (left: Rank, right: Rank) -> Bool { left.value < right.value }
}
