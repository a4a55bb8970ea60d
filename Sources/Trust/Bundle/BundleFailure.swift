import JSON

/// Why a Sigstore bundle isn't accepted, for what concerns the bundle as such: its structure, its signature, its key, its time.
package enum BundleFailure: Error, Sendable, Hashable {
    case tooLarge(bytes: Int, limit: Int)
    /// No bundle of the mapping: which field, what was wanted.
    case bundleMalformed(String)
    /// The media type is none of those known.
    case bundleVersion(found: String)
    case certificateMissing
    case certificateAmbiguous(count: Int)
    case rootInBundle
    case tooManyCertificates(count: Int, limit: Int)
    case tooManyLogEntries(count: Int, limit: Int)
    case tooManyTimestamps(count: Int, limit: Int)
    case tooManyHashes(count: Int, limit: Int)
    case duplicateLogEntry
    case duplicateTimestamp
    case dsseSignatureCount(Int)

    /// Neither a signed entry timestamp nor a time stamp that verifies.
    case noTrustedTime(rejected: [String])
    /// The policy names identities, the bundle holds a public key's hint; or the other way round.
    case keyMissing
    case certificateUnexpected
    case keyUnknown(hint: String)
    case keyWindow(fingerprint: String)

    case digestHintMismatch
    case algorithmUnsupported(String)
    case signatureInvalid
    /// A DSSE envelope where a signature over the artifact was wanted, or the other way round.
    case contentMismatch(found: String, wanted: String)
}

extension BundleFailure: CustomStringConvertible {
    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .tooLarge: "tooLarge"
        case .bundleMalformed: "bundleMalformed"
        case .bundleVersion: "bundleVersion"
        case .certificateMissing: "certificateMissing"
        case .certificateAmbiguous: "certificateAmbiguous"
        case .rootInBundle: "rootInBundle"
        case .tooManyCertificates: "tooManyCertificates"
        case .tooManyLogEntries: "tooManyLogEntries"
        case .tooManyTimestamps: "tooManyTimestamps"
        case .tooManyHashes: "tooManyHashes"
        case .duplicateLogEntry: "duplicateLogEntry"
        case .duplicateTimestamp: "duplicateTimestamp"
        case .dsseSignatureCount: "dsseSignatureCount"
        case .noTrustedTime: "noTrustedTime"
        case .keyMissing: "keyMissing"
        case .certificateUnexpected: "certificateUnexpected"
        case .keyUnknown: "keyUnknown"
        case .keyWindow: "keyWindow"
        case .digestHintMismatch: "digestHintMismatch"
        case .algorithmUnsupported: "algorithmUnsupported"
        case .signatureInvalid: "signatureInvalid"
        case .contentMismatch: "contentMismatch"
        }
    }

    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit): "the bundle is \(bytes) bytes, more than the limit of \(limit)"
        case .bundleMalformed(let why): "the bundle is malformed: \(why.printable)"
        case .bundleVersion(let found):
            "the bundle's mediaType is \"\(found.printable)\", wanted a Sigstore bundle of version 0.1, 0.2 or 0.3"
        case .certificateMissing: "there is no signing certificate; sign with an identity, or name the signer's key in the policy"
        case .certificateAmbiguous(let count): "\(count) certificates where exactly one, the signer's, was wanted"
        case .rootInBundle: "the bundle brings a self-signed certificate; roots come from the TrustRoot alone"
        case .tooManyCertificates(let count, let limit): "\(count) certificates, more than the limit of \(limit)"
        case .tooManyLogEntries(let count, let limit): "\(count) log entries, more than the limit of \(limit)"
        case .tooManyTimestamps(let count, let limit): "\(count) time stamps, more than the limit of \(limit)"
        case .tooManyHashes(let count, let limit): "an inclusion proof of \(count) hashes, more than the limit of \(limit)"
        case .duplicateLogEntry: "the same log entry stands there twice, which proves no more than once"
        case .duplicateTimestamp: "the same time stamp stands there twice, which proves no more than once"
        case .dsseSignatureCount(let count): "the envelope has \(count) signatures, wanted exactly one"
        case .noTrustedTime(let rejected):
            rejected.isEmpty
                ? "nothing establishes when it was signed: wanted a signed entry timestamp or an RFC 3161 time stamp"
                : "nothing establishes when it was signed: \(rejected.joined(separator: "; "))"
        case .keyMissing: "it was signed with a key, and the policy names none; add the signer's public key to it"
        case .certificateUnexpected: "it was signed with a certificate, and the policy names keys alone; add the signer's identity to it"
        case .keyUnknown(let hint): "it was signed with the key \"\(hint.printable)\", which the policy doesn't name"
        case .keyWindow(let fingerprint): "the key \(fingerprint) may not sign at that time, or no time is established"
        case .digestHintMismatch: "the digest that the bundle names is not the artifact's"
        case .algorithmUnsupported(let what): "unsupported algorithm: \(what)"
        case .signatureInvalid: "the signature was not made by the signer's key over this content"
        case .contentMismatch(let found, let wanted): "the bundle holds \(found), wanted \(wanted)"
        }
    }
}
