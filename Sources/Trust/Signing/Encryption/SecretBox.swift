/// NaCl's `crypto_secretbox_xsalsa20poly1305`: what cosign encrypts private keys with ("Cryptography in NaCl", D. J. Bernstein, §9 and §10).
///
/// The box is the tag, 16 bytes, and then the message exclusive-ored with the stream behind its first 32 bytes, which are the tag's key.
enum SecretBox {
    static let keySize = Salsa20.keySize
    static let nonceSize = Salsa20.nonceSize
    static let overhead = Poly1305.tagSize

    /// A nonce is used once with a key.
    static func seal(_ message: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        let stream = Salsa20.stream(Poly1305.keySize + message.count, key: key, nonce: nonce)
        let cipher = zip(message, stream[Poly1305.keySize...]).map { $0 ^ $1 }
        return Poly1305.tag(of: cipher, key: Array(stream[..<Poly1305.keySize])) + cipher
    }

    /// - Returns: nil unless the box was sealed with this key and nonce. Nothing is decrypted before that is known.
    static func open(_ box: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard box.count >= overhead else { return nil }
        let cipher = box[overhead...]
        let stream = Salsa20.stream(Poly1305.keySize + cipher.count, key: key, nonce: nonce)
        guard isEqual(Poly1305.tag(of: cipher, key: Array(stream[..<Poly1305.keySize])), box[..<overhead]) else { return nil }
        return zip(cipher, stream[Poly1305.keySize...]).map { $0 ^ $1 }
    }

    /// Looks at every byte whatever the ones before it are, so that the time says nothing of where they differ.
    private static func isEqual(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
