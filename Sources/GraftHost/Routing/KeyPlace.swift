import Crypto

/// A call's place among all: the first 6 bytes of SHA-256(salt, 0x01, key), big-endian. As a host's rank is made, with another byte between.
public struct KeyPlace: Sendable, Hashable, Comparable {
    /// From 0 up to 2^48.
    public let value: Int64

    public init(salt: String, key: String) {
        var hash = SHA256()
        hash.update(data: Array(salt.utf8))
        hash.update(data: [1])
        hash.update(data: Array(key.utf8))
        value = hash.finalize().prefix(6).reduce(0) { $0 << 8 | Int64($1) }
    }

    public static func < (left: KeyPlace, right: KeyPlace) -> Bool { left.value < right.value }
}
