internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
import SwiftASN1

/// Encrypted PKCS#8 (`ENCRYPTED PRIVATE KEY`, RFC 5958 §3) in the scheme PBES2 (RFC 8018 §6.2), as `openssl pkcs8 -topk8` writes it: PBKDF2 or
/// scrypt (RFC 7914 §7), and AES-CBC.
///
/// Nothing in it tells a wrong password from damage; what comes out is a key or it is not.
enum PBES2 {
    static let label = "ENCRYPTED PRIVATE KEY"
    /// More take longer than anybody waits, so that a file can't keep a signer busy.
    static let iterationLimit = 10_000_000
    /// Bytes that scrypt may need.
    static let memoryLimit = 256 << 20

    /// - Returns: PrivateKeyInfo in DER, or garbage of the right form.
    static func open(_ der: [UInt8], password: [UInt8]) throws(KeyError) -> [UInt8] {
        let sealed: Sealed
        do { sealed = try Sealed(derEncoded: der) } catch let error as KeyError { throw error } catch {
            throw .malformed("no EncryptedPrivateKeyInfo (RFC 5958)")
        }
        let key = try sealed.derivation.key(from: password, count: sealed.keySize)
        guard let vector = try? AES._CBC.IV(ivBytes: sealed.vector),
            let opened = try? AES._CBC.decrypt(sealed.ciphertext, using: key, iv: vector)
        else { throw .passwordWrong }
        return Array(opened)
    }

    /// EncryptedPrivateKeyInfo with PBES2's parameters.
    private struct Sealed {
        var derivation: Derivation
        var keySize: Int
        var vector: [UInt8]
        var ciphertext: [UInt8]

        init(derEncoded der: [UInt8]) throws {
            self = try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
                guard let algorithm = nodes.next() else { throw KeyError.malformed("no encryption algorithm") }
                let (derivation, keySize, vector) = try DER.sequence(algorithm, identifier: .sequence) { nodes in
                    let scheme = try ASN1ObjectIdentifier(derEncoded: &nodes)
                    guard scheme == .pbes2, let parameters = nodes.next() else {
                        throw KeyError.encryptionUnsupported("the scheme \(scheme), wanted PBES2")
                    }
                    return try DER.sequence(parameters, identifier: .sequence) { nodes in
                        guard let derivation = nodes.next(), let cipher = nodes.next() else {
                            throw KeyError.malformed("PBES2 without its parameters")
                        }
                        let (keySize, vector) = try Self.cipher(cipher)
                        return (try Derivation(derEncoded: derivation), keySize, vector)
                    }
                }
                return Sealed(
                    derivation: derivation, keySize: keySize, vector: vector,
                    ciphertext: Array(try ASN1OctetString(derEncoded: &nodes).bytes))
            }
        }

        private init(derivation: Derivation, keySize: Int, vector: [UInt8], ciphertext: [UInt8]) {
            (self.derivation, self.keySize, self.vector, self.ciphertext) = (derivation, keySize, vector, ciphertext)
        }

        private static func cipher(_ node: ASN1Node) throws -> (keySize: Int, vector: [UInt8]) {
            try DER.sequence(node, identifier: .sequence) { nodes in
                let name = try ASN1ObjectIdentifier(derEncoded: &nodes)
                let sizes: [ASN1ObjectIdentifier: Int] = [.aes128CBC: 16, .aes192CBC: 24, .aes256CBC: 32]
                guard let size = sizes[name] else { throw KeyError.encryptionUnsupported("the cipher \(name), wanted AES-CBC") }
                return (size, Array(try ASN1OctetString(derEncoded: &nodes).bytes))
            }
        }
    }

    /// How a password becomes a key.
    private enum Derivation {
        case pbkdf2(KDF.Insecure.PBKDF2.HashFunction, salt: [UInt8], iterations: Int)
        case scrypt(salt: [UInt8], rounds: Int, blockSize: Int, parallelism: Int)

        init(derEncoded node: ASN1Node) throws {
            self = try DER.sequence(node, identifier: .sequence) { nodes in
                let name = try ASN1ObjectIdentifier(derEncoded: &nodes)
                guard name == .pbkdf2 || name == .scrypt, let parameters = nodes.next() else {
                    throw KeyError.encryptionUnsupported("the key derivation \(name), wanted PBKDF2 or scrypt")
                }
                return try DER.sequence(parameters, identifier: .sequence) { nodes in
                    name == .scrypt ? try Self.scrypt(&nodes) : try Self.pbkdf2(&nodes)
                }
            }
        }

        private static func pbkdf2(_ nodes: inout ASN1NodeCollection.Iterator) throws -> Derivation {
            let salt = try salt(&nodes)
            let iterations = try Int(derEncoded: &nodes)
            guard (1...iterationLimit).contains(iterations) else {
                throw KeyError.encryptionUnsupported("PBKDF2 with \(iterations) iterations, wanted at most \(iterationLimit)")
            }
            var hash: KDF.Insecure.PBKDF2.HashFunction = .insecureSHA1
            while let node = nodes.next() {
                // The key's length, which follows from the cipher.
                if node.identifier == .integer { continue }
                hash = try DER.sequence(node, identifier: .sequence) { nodes in
                    let name = try ASN1ObjectIdentifier(derEncoded: &nodes)
                    _ = nodes.next()
                    let hashes: [ASN1ObjectIdentifier: KDF.Insecure.PBKDF2.HashFunction] = [
                        .hmacSHA1: .insecureSHA1, .hmacSHA256: .sha256, .hmacSHA384: .sha384, .hmacSHA512: .sha512,
                    ]
                    guard let hash = hashes[name] else {
                        throw KeyError.encryptionUnsupported("PBKDF2 with \(name), wanted HMAC with SHA-1, SHA-256, SHA-384 or SHA-512")
                    }
                    return hash
                }
            }
            return .pbkdf2(hash, salt: salt, iterations: iterations)
        }

        private static func scrypt(_ nodes: inout ASN1NodeCollection.Iterator) throws -> Derivation {
            let salt = try salt(&nodes)
            let rounds = try Int(derEncoded: &nodes)
            let blockSize = try Int(derEncoded: &nodes)
            let parallelism = try Int(derEncoded: &nodes)
            while nodes.next() != nil {}
            let limit = 1 << 24
            guard (2...limit).contains(rounds), rounds.nonzeroBitCount == 1, (1...1024).contains(blockSize), (1...64).contains(parallelism),
                128 * rounds * blockSize * parallelism <= memoryLimit
            else { throw KeyError.encryptionUnsupported("scrypt with parameters that need more than \(memoryLimit) bytes, or none") }
            return .scrypt(salt: salt, rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        }

        private static func salt(_ nodes: inout ASN1NodeCollection.Iterator) throws -> [UInt8] {
            let salt = Array(try ASN1OctetString(derEncoded: &nodes).bytes)
            guard !salt.isEmpty else { throw KeyError.malformed("a password without a salt") }
            return salt
        }

        func key(from password: [UInt8], count: Int) throws(KeyError) -> SymmetricKey {
            do {
                switch self {
                case .pbkdf2(let hash, let salt, let iterations):
                    return try KDF.Insecure.PBKDF2.deriveKey(
                        from: password, salt: salt, using: hash, outputByteCount: count, unsafeUncheckedRounds: iterations)
                case .scrypt(let salt, let rounds, let blockSize, let parallelism):
                    return try KDF.Scrypt.deriveKey(
                        from: password, salt: salt, outputByteCount: count, rounds: rounds, blockSize: blockSize, parallelism: parallelism)
                }
            } catch {
                throw .malformed("the key could not be derived from the password: there is too little memory")
            }
        }
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let pbes2: Self = [1, 2, 840, 113549, 1, 5, 13]
    fileprivate static let pbkdf2: Self = [1, 2, 840, 113549, 1, 5, 12]
    fileprivate static let scrypt: Self = [1, 3, 6, 1, 4, 1, 11591, 4, 11]
    fileprivate static let hmacSHA1: Self = [1, 2, 840, 113549, 2, 7]
    fileprivate static let hmacSHA256: Self = [1, 2, 840, 113549, 2, 9]
    fileprivate static let hmacSHA384: Self = [1, 2, 840, 113549, 2, 10]
    fileprivate static let hmacSHA512: Self = [1, 2, 840, 113549, 2, 11]
    fileprivate static let aes128CBC: Self = [2, 16, 840, 1, 101, 3, 4, 1, 2]
    fileprivate static let aes192CBC: Self = [2, 16, 840, 1, 101, 3, 4, 1, 22]
    fileprivate static let aes256CBC: Self = [2, 16, 840, 1, 101, 3, 4, 1, 42]
}
