/// Who is trusted to say what: certificate authorities, transparency logs, certificate logs and time-stamp authorities, as a
/// `trusted_root.json` (sigstore_trustroot.proto) names them.
///
/// Each authority is a unit of its own: its keys, its chain and its window stay together, and none lends another anything. Several roots
/// are several worlds: what one of them vouches for in part, no other completes.
package struct TrustedRoot: Sendable {
    /// `sha256:` of the document's bytes, by which evidence names the root.
    package let digest: String
    package let certificateAuthorities: [CertificateAuthority]
    package let logs: [TransparencyLog]
    package let certificateLogs: [CertificateTransparencyLog]
    package let timestampAuthorities: [TimestampAuthority]
    /// What stands in the document and isn't used, and why: keys of kinds that aren't known, authorities whose chain
    /// doesn't bear them.
    package let skipped: [String]

    package static let sizeLimit = 4 << 20
    static let depthLimit = 32
    /// Authorities and logs of one kind, at most.
    static let authorityLimit = 64

    /// When the newest authority, log or key begins to count: how old the root is at least. Nil for an empty root.
    package var newestStart: Moment? {
        let windows =
            certificateAuthorities.map(\.window) + logs.map(\.window) + certificateLogs.map(\.window) + timestampAuthorities.map(\.window)
        return windows.map(\.start).max()
    }

    init(
        digest: String, certificateAuthorities: [CertificateAuthority], logs: [TransparencyLog],
        certificateLogs: [CertificateTransparencyLog], timestampAuthorities: [TimestampAuthority], skipped: [String]
    ) {
        self.digest = digest
        self.certificateAuthorities = certificateAuthorities
        self.logs = logs
        self.certificateLogs = certificateLogs
        self.timestampAuthorities = timestampAuthorities
        self.skipped = skipped
    }
}
