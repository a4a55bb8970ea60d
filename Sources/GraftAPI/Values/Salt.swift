import Crypto

/// What ranks are computed from: sixteen hex digits.
package enum Salt {
    /// The same for every rollout of a deployment when `rollout` is nil, another for each otherwise.
    package static func of(deploymentUID uid: String, rollout: String? = nil) -> String {
        var hash = SHA256()
        hash.update(data: Array(uid.utf8))
        if let rollout {
            hash.update(data: [0])
            hash.update(data: Array(rollout.utf8))
        }
        let digits = Array("0123456789abcdef")
        return String(hash.finalize().prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
