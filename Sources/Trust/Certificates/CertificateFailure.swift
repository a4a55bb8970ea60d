/// Why a certificate, or the path to it, isn't trusted. Names certificates by their subject.
package enum CertificateFailure: Error, Sendable, Hashable {
    /// The bytes are no X.509 v3 certificate in strict DER; what is wrong with them.
    case malformed(String)
    /// A key or signature algorithm that isn't taken.
    case algorithmUnsupported(String)
    /// No path leads from the authority's root to the certificate; which step fails.
    case untrustedChain(String)
    /// No time was established at which the certificate could be judged.
    case noTrustedTime
    /// A certificate of the path isn't valid at this time.
    case notValid(at: Moment, certificate: String, notBefore: Moment, notAfter: Moment)
    /// The time lies outside of what the trust root grants this authority.
    case outsideAuthorityWindow(at: Moment, authority: String, window: ValidityWindow)
    /// The leaf isn't what a signer's certificate has to be.
    case leafProfile(LeafDefect, String)
    /// A name of the path that a certificate above it doesn't allow.
    case nameConstraints(String)

    /// Which part of the leaf's profile is wrong.
    package enum LeafDefect: String, Sendable, Hashable {
        case extendedKeyUsage = "eku"
        case keyUsage = "ku"
        case certificateAuthority = "ca"
        case critical = "critical"
    }

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .malformed: "certificateMalformed"
        case .algorithmUnsupported: "algorithmUnsupported"
        case .untrustedChain: "untrustedChain"
        case .noTrustedTime: "noTrustedTime"
        case .notValid: "certificateNotValidAt"
        case .outsideAuthorityWindow: "caWindow"
        case .leafProfile(let defect, _): "leafProfile(\(defect.rawValue))"
        case .nameConstraints: "nameConstraints"
        }
    }
}

extension CertificateFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let why):
            "malformed certificate: \(why)"
        case .algorithmUnsupported(let why):
            "unsupported algorithm in a certificate: \(why)"
        case .untrustedChain(let why):
            "the certificate isn't issued by a trusted authority: \(why); add the authority to the trust root if it should be"
        case .noTrustedTime:
            "no trusted time says when the signature was made; wanted a signed entry timestamp of a log or an RFC 3161 time stamp"
        case .notValid(let time, let certificate, let notBefore, let notAfter):
            "signed at \(time), when \(certificate) was not valid: it is from \(notBefore) to \(notAfter)"
        case .outsideAuthorityWindow(let time, let authority, let window):
            "signed at \(time), when the trust root doesn't grant \(authority) to sign: it does from \(window)"
        case .leafProfile(_, let why):
            "the certificate isn't one for this use: \(why)"
        case .nameConstraints(let why):
            "an authority isn't allowed to issue for this name: \(why)"
        }
    }
}
