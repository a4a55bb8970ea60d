/// What was shown: by whom, when, and where it stands for everyone to see. A value for statuses and reports.
package struct BundleEvidence: Sendable, Hashable {
    /// A time, and who vouches for it.
    package struct Time: Sendable, Hashable {
        package enum Source: Sendable, Hashable {
            /// The log's signed entry timestamp.
            case log(String)
            /// An RFC 3161 time stamp by this authority.
            case timestampAuthority(String)
            /// A signing service that is trusted to say when it signed.
            case signingAuthority(String)
        }

        package var time: Moment
        package var source: Source
    }

    /// Where a log holds the entry.
    package struct LogPlace: Sendable, Hashable {
        package var log: String
        package var logID: String
        package var index: Int64
    }

    package var signer: VerifiedSigner
    /// Fingerprint of the key that signed.
    package var keyFingerprint: String
    /// The authority that issued the signer's certificate, and that certificate's fingerprint; nil for a managed key.
    package var authority: String?
    package var certificateFingerprint: String?
    /// Digest of the trust root that all of this was verified against.
    package var rootDigest: String
    /// All times that were established; the certificate is valid at every one.
    package var times: [Time]
    package var logEntries: [LogPlace]
    package var certificateLogs: [String]
    /// Nil for a signature over the artifact itself.
    package var predicateType: String?
    /// Time stamps that don't verify, which count for nothing.
    package var rejectedTimestamps: [String]
    /// From when on this has to be judged anew, since it depends on the time at which it is judged; nil where it doesn't.
    package var holdsUntil: Moment?
}
