import Crypto

/// A signed certificate timestamp that a log of the trust root made for this certificate.
package struct VerifiedCertificateTimestamp: Sendable, Hashable {
    package let log: CertificateTransparencyLog
    package let time: Moment
}

extension CertificatePath {
    /// The logs that hold the leaf, by the timestamps embedded in it (RFC 6962 §3.2, §3.3).
    ///
    /// The issuer whose key each timestamp binds is the one that signed the leaf in this path, not one found by its name. A timestamp
    /// that names a trusted log but isn't by its key fails everything: a forger wrote it. Unknown logs are passed over.
    ///
    /// - Parameter threshold: how many different logs the policy wants, at least 1.
    /// - Returns: one timestamp of each log.
    package func verifyTimestamps(
        logs: [CertificateTransparencyLog], threshold: Int = 1
    ) throws(SCTFailure) -> [VerifiedCertificateTimestamp] {
        let timestamps = try SignedCertificateTimestamp.embedded(in: leaf)
        let tbs = leaf.precertificateTBS()
        let issuerKeyHash = Array(SHA256.hash(data: issuer.subjectPublicKeyInfo))
        var verified: [VerifiedCertificateTimestamp] = []
        var unknown: [String] = []
        var outside: SCTFailure?
        for timestamp in timestamps {
            let known = logs.filter { $0.id == timestamp.logID }
            guard let log = known.first(where: { $0.window.contains(timestamp.time) }) ?? known.first else {
                unknown.append(ContentDigest.hexadecimal(timestamp.logID))
                continue
            }
            guard let scheme = log.scheme, timestamp.hasRSASignature == (scheme == .rsaPKCS1(.sha256)) else {
                throw .invalid(log: log.name, "it is not of the kind that the log's \(log.key.algorithm.rawValue) key makes")
            }
            let signed = timestamp.signedBytes(issuerKeyHash: issuerKeyHash, precertificate: tbs)
            guard log.key.isValid(signature: timestamp.signature, for: signed, scheme: scheme) else {
                throw .invalid(log: log.name, "its signature doesn't fit the certificate and its issuer \(issuer)")
            }
            guard log.window.contains(timestamp.time) else {
                outside = .outsideLogWindow(log: log.name, at: timestamp.time, window: log.window)
                continue
            }
            if !verified.contains(where: { $0.log.id == log.id }) {
                verified.append(VerifiedCertificateTimestamp(log: log, time: timestamp.time))
            }
        }
        guard !verified.isEmpty else { throw outside ?? .logUnknown(unknown) }
        guard verified.count >= threshold else { throw .tooFew(found: verified.count, wanted: threshold) }
        return verified
    }
}
