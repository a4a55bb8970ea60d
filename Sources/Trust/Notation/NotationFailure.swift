/// Why a Notary Project signature isn't accepted. Equality is exact, so that tests assert the reason.
package enum NotationFailure: Error, Sendable, Hashable {
    // The envelope.
    case envelopeTooLarge(bytes: Int, limit: Int)
    /// Neither a flattened JWS nor a COSE_Sign1 as the specification has it: where, and what was wanted.
    case envelopeMalformed(String)

    // What the signer states, by the names of the headers.
    case headerMissing(String)
    case headerMalformed(String, String)
    /// A header that has no place there: signed and unsigned at once, or of the other signing scheme.
    case headerUnexpected(String, String)
    /// A header that must be marked critical and isn't.
    case headerNotCritical(String)
    case criticalHeaderUnknown(String)
    /// The signer demands that a plug-in verifies; there are none here.
    case pluginRequired(String)
    case contentType(found: String)
    case signingScheme(found: String)
    case algorithmUnsupported(String)
    /// The header's algorithm isn't the one that the signer's key has.
    case algorithmMismatch(found: String, wanted: String)

    // The certificates.
    case chainMissing
    case tooManyCertificates(count: Int, limit: Int)
    /// One of them can't be read, or is signed in a way that isn't taken.
    case certificate(CertificateFailure)
    /// They aren't one chain from the signer to a root, in this order.
    case chainInvalid(String)
    case profile(Defect, String)
    /// The root is none that the policy names for this signing scheme.
    case untrustedRoot(String)
    case signatureInvalid

    // Time.
    case notValid(at: Moment, certificate: String, notBefore: Moment, notAfter: Moment)
    /// A certificate has run out, and the time stamp that should show when it was signed doesn't.
    case timestamp(TimestampFailure)
    case expired(at: Moment)
    /// Whoever asks didn't say what time it is, and what the artifact is.
    case occasionUnknown

    // Who, and what.
    /// The signer's subject can't be held against identities.
    case subjectMalformed(String)
    case identityMismatch(found: String, wanted: [String])
    case payloadMalformed(String)
    case digestMismatch(found: String, wanted: String)
    case mediaTypeMismatch(found: String, wanted: String)
    case sizeMismatch(found: Int64, wanted: Int64)

    /// Which part of a certificate's profile is wrong.
    package enum Defect: String, Sendable, Hashable, CaseIterable {
        case basicConstraints = "ca"
        case pathLength = "pathLength"
        case keyUsage = "ku"
        case extendedKeyUsage = "eku"
        case key = "key"
        case critical = "critical"
    }

    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .envelopeTooLarge: "envelopeTooLarge"
        case .envelopeMalformed: "envelopeMalformed"
        case .headerMissing: "headerMissing"
        case .headerMalformed: "headerMalformed"
        case .headerUnexpected: "headerUnexpected"
        case .headerNotCritical: "headerNotCritical"
        case .criticalHeaderUnknown: "criticalHeaderUnknown"
        case .pluginRequired: "verificationPluginRequired"
        case .contentType: "contentTypeUnsupported"
        case .signingScheme: "signingSchemeUnsupported"
        case .algorithmUnsupported: "algorithmUnsupported"
        case .algorithmMismatch: "algorithmMismatch"
        case .chainMissing: "certificateChainMissing"
        case .tooManyCertificates: "tooManyCertificates"
        case .certificate(let failure): failure.name
        case .chainInvalid: "certificateChainInvalid"
        case .profile(let defect, _): "certificateProfile(\(defect.rawValue))"
        case .untrustedRoot: "untrustedChain"
        case .signatureInvalid: "signatureInvalid"
        case .notValid: "certificateNotValidAt"
        case .timestamp(let failure): failure.name
        case .expired: "signatureExpired"
        case .occasionUnknown: "occasionUnknown"
        case .subjectMalformed: "subjectMalformed"
        case .identityMismatch: "identityMismatch"
        case .payloadMalformed: "payloadMalformed"
        case .digestMismatch: "digestMismatch"
        case .mediaTypeMismatch: "mediaTypeMismatch"
        case .sizeMismatch: "sizeMismatch"
        }
    }
}
