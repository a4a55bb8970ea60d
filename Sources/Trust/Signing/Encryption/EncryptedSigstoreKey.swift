internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
import JSON

/// cosign's encrypted private keys: a PEM block whose bytes are a JSON document, as go-securesystemslib's package `encrypted` has it.
///
/// The document names scrypt with its salt and a NaCl secret box with its nonce; what lies in the box is the key in PKCS#8.
enum EncryptedSigstoreKey {
    /// What cosign writes now; before 2.0 the second.
    static let label = "ENCRYPTED SIGSTORE PRIVATE KEY"
    static let labels = [label, "ENCRYPTED COSIGN PRIVATE KEY"]

    /// Cost factors that are taken, with blocks of 8 and no parallelism. Others would let whoever writes the file choose how much memory is used.
    static let rounds = [1 << 15, 1 << 16, 1 << 17]
    /// What cosign writes: 64 MB of memory, about a tenth of a second.
    static let usualRounds = 1 << 16
    static let saltSize = 32

    /// - Returns: what was sealed.
    static func open(_ document: [UInt8], password: [UInt8]) throws(KeyError) -> [UInt8] {
        let box = try Box(document)
        let key = try derive(password, salt: box.salt, rounds: box.rounds)
        guard let opened = SecretBox.open(box.ciphertext, key: key, nonce: box.nonce) else { throw .passwordWrong }
        return opened
    }

    static func seal(
        _ plaintext: [UInt8], password: [UInt8], using generator: inout some RandomNumberGenerator, rounds: Int = usualRounds
    ) throws(KeyError) -> [UInt8] {
        let salt = random(saltSize, using: &generator)
        let nonce = random(SecretBox.nonceSize, using: &generator)
        let ciphertext = SecretBox.seal(plaintext, key: try derive(password, salt: salt, rounds: rounds), nonce: nonce)
        let parameters: JSON = ["N": .integer(Int64(rounds)), "r": 8, "p": 1]
        let kdf: JSON = ["name": "scrypt", "params": parameters, "salt": .string(Base64.encode(salt))]
        let cipher: JSON = ["name": "nacl/secretbox", "nonce": .string(Base64.encode(nonce))]
        return (["kdf": kdf, "cipher": cipher, "ciphertext": .string(Base64.encode(ciphertext))] as JSON).bytes()
    }

    private static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func derive(_ password: [UInt8], salt: [UInt8], rounds: Int) throws(KeyError) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: SecretBox.keySize, rounds: rounds, blockSize: 8, parallelism: 1)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            throw .malformed("scrypt with N \(rounds) failed: there is too little memory")
        }
    }

    /// The document's parts, as they are read.
    struct Box {
        var salt: [UInt8]
        var rounds: Int
        var nonce: [UInt8]
        var ciphertext: [UInt8]

        init(_ bytes: [UInt8]) throws(KeyError) {
            let document: JSON
            do { document = try JSON.parse(bytes, limits: JSONLimits(size: PEMDocument.sizeLimit, depth: 8)) } catch {
                throw .malformed("what the block holds is no JSON (line \(error.line), column \(error.column))")
            }
            let kdf = document["kdf"] ?? .null
            let cipher = document["cipher"] ?? .null
            guard kdf["name"]?.string == "scrypt" else {
                throw .encryptionUnsupported("the key derivation \(Self.name(kdf)), wanted scrypt")
            }
            guard cipher["name"]?.string == "nacl/secretbox" else {
                throw .encryptionUnsupported("the cipher \(Self.name(cipher)), wanted nacl/secretbox")
            }
            let parameters = kdf["params"] ?? .null
            guard let rounds = parameters["N"]?.integer.flatMap({ Int(exactly: $0) }), EncryptedSigstoreKey.rounds.contains(rounds),
                parameters["r"]?.integer == 8, parameters["p"]?.integer == 1
            else { throw .encryptionUnsupported("scrypt's parameters, wanted N of 32768, 65536 or 131072, r of 8 and p of 1") }
            self.rounds = rounds
            salt = try Self.bytes(kdf["salt"], "kdf.salt")
            nonce = try Self.bytes(cipher["nonce"], "cipher.nonce")
            ciphertext = try Self.bytes(document["ciphertext"], "ciphertext")
            guard nonce.count == SecretBox.nonceSize else {
                throw .malformed("cipher.nonce: found \(nonce.count) bytes, wanted \(SecretBox.nonceSize)")
            }
        }

        private static func name(_ json: JSON) -> String {
            json["name"]?.string.map { "\"\(String($0.prefix(32)).printable)\"" } ?? "has no name"
        }

        private static func bytes(_ json: JSON?, _ path: String) throws(KeyError) -> [UInt8] {
            guard let bytes = json?.string.flatMap({ Base64.decode($0) }), !bytes.isEmpty else {
                throw .malformed("\(path): wanted bytes in standard base64")
            }
            return bytes
        }
    }
}
