/// What is to be signed: the exact bytes, and what their signature makes of them.
///
/// Making the bytes, signing them and putting the outcome together are kept apart, so that a key may be a program elsewhere. A signature that
/// does not verify under the key's own public key never comes out: whoever holds the key may have held another, or hashed something else.
package struct Unsigned<Signed: Sendable>: Sendable {
    /// What the signature covers.
    package let message: [UInt8]
    package let practice: SigningPractice
    private let assemble: @Sendable (_ signature: [UInt8], _ key: PublicKey) -> Signed

    init(message: [UInt8], practice: SigningPractice, assemble: @escaping @Sendable ([UInt8], PublicKey) -> Signed) {
        self.message = message
        self.practice = practice
        self.assemble = assemble
    }

    /// - Throws: `SigningError`, or what the key throws.
    package func signed(by key: any SigningKey) async throws -> Signed {
        let scheme = practice.scheme(for: key.publicKey.algorithm)
        return try complete(try await key.sign(message, scheme: scheme), by: key.publicKey, scheme)
    }

    /// The same with a key in memory, which need not be waited for.
    package func signed(by key: PrivateKey) throws(SigningError) -> Signed {
        let scheme = practice.scheme(for: key.algorithm)
        let signature: [UInt8]
        do { signature = try key.sign(message, scheme: scheme) } catch { throw .key(error) }
        return try complete(signature, by: key.publicKey, scheme)
    }

    private func complete(_ signature: [UInt8], by key: PublicKey, _ scheme: SignatureScheme) throws(SigningError) -> Signed {
        guard key.isValid(signature: signature, for: message, scheme: scheme) else {
            throw .signatureInvalid(key: key.fingerprint, scheme: scheme.description)
        }
        return assemble(signature, key)
    }
}
