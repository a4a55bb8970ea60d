/// Why nothing was signed. Never holds any part of a key.
package enum SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    case digest(String)
    case key(KeyError)
    case tooManyLayers(limit: Int)
    /// The key's holder gave back something else than a signature by that key.
    case signatureInvalid(key: String, scheme: String)
    /// What is to be attested can't be; why.
    case predicate(String)

    package var description: String {
        switch self {
        case .digest(let found): "can't sign \"\(found)\": wanted a digest, sha256: and 64 lower-case hexadecimal digits"
        case .key(let error): "can't sign: \(error)"
        case .tooManyLayers(let limit):
            "can't add a signature: there are \(limit) already, the most a verifier looks at; delete the signature tag and sign again"
        case .signatureInvalid(let key, let scheme):
            "what came back is no signature by the key \(key) (\(scheme)): it was made by another key, over something else, or in another "
                + "encoding; nothing was pushed"
        case .predicate(let why): why
        }
    }
}
