import Crypto
import Trust

/// One signature check and nothing else: is this signature, as it is written, by this key over this message? The keys of authorities and logs are read
/// beforehand, a signer's, which comes with the signature, each time; and Crypto is asked directly.
struct Primitive {
    let name: String
    let run: () -> Bool

    /// - Throws: when the signature doesn't hold; then something else would be measured.
    init(_ what: String, key: PublicKey, signature: [UInt8], message: [UInt8], comesAlong: Bool = false) throws {
        let checks: [() -> Bool]
        switch key.algorithm {
        case .ecdsaP256:
            let point = key.der.suffix(65)
            let known = try P256.Signing.PublicKey(x963Representation: point)
            checks = [
                {
                    guard let key = comesAlong ? try? P256.Signing.PublicKey(x963Representation: point) : known else { return false }
                    guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
                    return key.isValidSignature(parsed, for: SHA256.hash(data: message))
                }
            ]
        case .ecdsaP384:
            let key = try P384.Signing.PublicKey(derRepresentation: key.der)
            func check<Hash: HashFunction>(_ hash: Hash.Type) -> () -> Bool {
                {
                    guard let parsed = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
                    return key.isValidSignature(parsed, for: Hash.hash(data: message))
                }
            }
            checks = [check(SHA384.self), check(SHA256.self), check(SHA512.self)]
        case .ed25519:
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: key.der.suffix(32))
            checks = [{ key.isValidSignature(signature, for: message) }]
        default: throw Failure("\(what): no primitive is written for \(key.algorithm.rawValue)")
        }
        guard let check = checks.first(where: { $0() }) else { throw Failure("\(what): the signature doesn't hold") }
        name = "\(what) (\(key.algorithm.rawValue))"
        run = check
    }
}
