import JSON

/// Why a trust root can't be used. A root that can't be read whole is none: nothing else takes its place.
package enum TrustedRootFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case tooLarge(bytes: Int, limit: Int)
    case rootMalformed(String)
    case rootVersion(found: String)
    /// `validFor` without its start, which would make a key valid for ever.
    case windowMissing(String)

    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .tooLarge: "tooLarge"
        case .rootMalformed: "rootMalformed"
        case .rootVersion: "rootVersion"
        case .windowMissing: "windowMissing"
        }
    }

    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit): "the trust root is \(bytes) bytes, more than the limit of \(limit)"
        case .rootMalformed(let why): "the trust root is malformed: \(why.printable)"
        case .rootVersion(let found):
            "the trust root's mediaType is \"\(found.printable)\", wanted a Sigstore trusted root of version 0.1 or 0.2"
        case .windowMissing(let field): "the trust root is malformed: \(field) has no start"
        }
    }
}
