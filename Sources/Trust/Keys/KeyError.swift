/// Why a key can't be used. Never holds any part of the key.
package enum KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text isn't PEM (RFC 7468); why.
    case notPEM(String)
    /// PEM, but of something else than what was asked for.
    case wrongLabel(found: String, wanted: String)
    /// A key of a kind or size that isn't taken; which are.
    case algorithmUnsupported(String)
    /// The right kind of key, but its encoding is wrong.
    case malformed(String)

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .notPEM: "keyNotPEM"
        case .wrongLabel: "keyWrongLabel"
        case .algorithmUnsupported: "algorithmUnsupported"
        case .malformed: "keyMalformed"
        }
    }

    package var description: String {
        switch self {
        case .notPEM(let why): "not a key in PEM: \(why)"
        case .wrongLabel(let found, let wanted): "found a PEM block \(found), wanted \(wanted)"
        case .algorithmUnsupported(let why): "unsupported key: \(why)"
        case .malformed(let why): "malformed key: \(why)"
        }
    }
}
