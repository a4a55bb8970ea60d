/// Why a certificate isn't shown to be logged.
package enum SCTFailure: Error, Sendable, Hashable {
    /// The certificate holds no signed certificate timestamp.
    case missing
    /// The list of timestamps isn't encoded as RFC 6962 says.
    case malformed(String)
    /// No timestamp is by a log of the trust root; the ids found, in hexadecimal digits.
    case logUnknown([String])
    /// The log's key isn't trusted at the time of the timestamp.
    case outsideLogWindow(log: String, at: Moment, window: ValidityWindow)
    /// A trusted log's id stands under a signature that its key didn't make over this certificate.
    case invalid(log: String, String)
    /// Fewer logs than the policy wants.
    case tooFew(found: Int, wanted: Int)

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .missing: "sctMissing"
        case .malformed: "sctMalformed"
        case .logUnknown: "ctLogUnknown"
        case .outsideLogWindow: "ctLogWindow"
        case .invalid: "sctInvalid"
        case .tooFew: "sctTooFew"
        }
    }
}

extension SCTFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing:
            "the certificate holds no proof that it is in a certificate transparency log; wanted an embedded signed timestamp"
        case .malformed(let why):
            "the certificate's log timestamps can't be read: \(why)"
        case .logUnknown(let ids):
            "the certificate was logged in \(ids.joined(separator: ", ")), none of which is a log of the trust root; add the log if it should be"
        case .outsideLogWindow(let log, let time, let window):
            "the certificate was logged in \(log) at \(time), when the trust root doesn't grant its key: it does from \(window)"
        case .invalid(let log, let why):
            "the timestamp of the log \(log) isn't for this certificate: \(why)"
        case .tooFew(let found, let wanted):
            "the certificate is in \(found) trusted logs, wanted \(wanted)"
        }
    }
}
