import Crypto
package import JSON

/// Hashes that name revisions: of a configuration alone, and of digest and configuration together.
package enum ConfigHash {
    /// SHA-256, in hex, of the configuration with members sorted; of nothing when there is none.
    package static func of(_ config: JSON?) -> String {
        hex(SHA256.hash(data: config.map { $0.sortedByKey.bytes() } ?? []))
    }

    /// The name of a revision: the deployment's and ten hex digits of SHA-256(digest, 0x00, config hash).
    package static func revisionName(deployment: String, digest: String, configHash: String) -> String {
        var hash = SHA256()
        hash.update(data: Array(digest.utf8))
        hash.update(data: [0])
        hash.update(data: Array(configHash.utf8))
        return "\(deployment)-\(hex(hash.finalize()).prefix(10))"
    }

    /// The name of a quarantine, derived from what it covers.
    package static func quarantineName(digest: String, namespace: String?, configHash: String?) -> String {
        let key = [digest, namespace ?? "*", configHash ?? "*"].joined(separator: "\0")
        return "q-\(hex(SHA256.hash(data: Array(key.utf8))).prefix(20))"
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
