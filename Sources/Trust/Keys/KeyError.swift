import JSON

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
    /// A key that only a password opens, and none was given; the PEM block's label.
    case passwordMissing(label: String)
    /// One was named, but can't be had; why.
    case passwordUnreadable(String)
    /// Nothing opens with it; damage can't be told from it.
    case passwordWrong
    /// How the key is encrypted isn't known here.
    case encryptionUnsupported(String)

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .notPEM: "keyNotPEM"
        case .wrongLabel: "keyWrongLabel"
        case .algorithmUnsupported: "algorithmUnsupported"
        case .malformed: "keyMalformed"
        case .passwordMissing: "passwordMissing"
        case .passwordUnreadable: "passwordUnreadable"
        case .passwordWrong: "passwordWrong"
        case .encryptionUnsupported: "encryptionUnsupported"
        }
    }

    package var description: String {
        switch self {
        case .notPEM(let why): "not a key in PEM: \(why.printable)"
        case .wrongLabel(let found, let wanted): "found a PEM block \(found.printable), wanted \(wanted)"
        case .algorithmUnsupported(let why): "unsupported key: \(why.printable)"
        case .malformed(let why): "malformed key: \(why.printable)"
        case .passwordMissing(let label):
            "it is encrypted (\(label.printable)) and no password was given: set COSIGN_PASSWORD, or name a file with --password-file"
        case .passwordUnreadable(let why): "it is encrypted, and its password can't be read: \(why.printable)"
        case .passwordWrong:
            "the password doesn't open it, or the file is damaged: correct COSIGN_PASSWORD or the file of --password-file"
        case .encryptionUnsupported(let how):
            "it is encrypted with \(how.printable); encrypt it anew with `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
        }
    }
}
