/// Why a time stamp establishes no time.
package enum TimestampFailure: Error, Sendable, Hashable {
    /// Not a granted RFC 3161 response, or not in its encoding.
    case response(String)
    /// The time stamp is over other bytes.
    case imprint(String)
    /// A hash or signature algorithm that isn't taken.
    case algorithm(String)
    /// Signed by something else than the authority's certificate, or by several.
    case signer(String)
    /// The authority's own certificates don't bear the time stamp.
    case chain(CertificateFailure)
    /// The time lies outside of what the trust root grants this authority.
    case outsideWindow(at: Moment, authority: String, window: ValidityWindow)
    /// The signature isn't by the authority's key over this time stamp.
    case signature(String)

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .response: "tsaResponse"
        case .imprint: "tsaImprint"
        case .algorithm: "tsaAlgorithm"
        case .signer: "tsaSigner"
        case .chain: "tsaChain"
        case .outsideWindow: "tsaWindow"
        case .signature: "tsaSignature"
        }
    }
}

extension TimestampFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .response(let why):
            "the time stamp isn't a granted RFC 3161 response: \(why)"
        case .imprint(let why):
            "the time stamp is for something else: \(why)"
        case .algorithm(let why):
            "unsupported algorithm in the time stamp: \(why)"
        case .signer(let why):
            "the time stamp isn't by this authority: \(why); add the authority to the trust root if it should be trusted"
        case .chain(let failure):
            "the time-stamp authority's certificates don't bear it: \(failure)"
        case .outsideWindow(let time, let authority, let window):
            "stamped at \(time), when the trust root doesn't grant \(authority) to stamp: it does from \(window)"
        case .signature(let why):
            "the time stamp's signature is invalid: \(why)"
        }
    }
}
