import Crypto
import JSON

/// A key that signs notes, with its name and hint (C2SP signed-note).
package struct NoteVerifier: Sendable, Hashable {
    /// Nil where the hint alone tells the key.
    package let name: String?
    package let hint: [UInt8]
    package let key: PublicKey

    init(name: String?, hint: [UInt8], key: PublicKey) {
        self.name = name
        self.hint = hint
        self.key = key
    }

    /// Reads `name+hint+base64`, where base64 holds an algorithm and a key: 01 Ed25519, 32 bytes; 02 ECDSA, SubjectPublicKeyInfo.
    package init(text: String) throws(KeyError) {
        // Base64 may hold a plus itself; names and hints can't.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, Self.isName(parts[0]) else { throw .malformed("wanted name+hint+key") }
        guard let hint = Hexadecimal.decode(parts[1]), hint.count == 4 else { throw .malformed("the hint is not 8 hexadecimal digits") }
        guard let bytes = Base64.decode(parts[2]), let algorithm = bytes.first else { throw .malformed("the key is not base64") }
        let material = Array(bytes.dropFirst())
        let key: PublicKey
        switch algorithm {
        case 1: key = try PublicKey(der: PublicKey.ed25519Header + material)
        case 2: key = try PublicKey(der: material)
        default: throw .algorithmUnsupported("note key of algorithm \(algorithm), wanted 1 or 2")
        }
        let wanted = algorithm == 1 ? Self.hint(name: parts[0], ed25519: material) : Self.hint(subjectPublicKeyInfo: key.der)
        guard hint == wanted else { throw .malformed("the hint is not that of the key") }
        self.init(name: parts[0], hint: hint, key: key)
    }

    /// SHA-256 over the SubjectPublicKeyInfo, four bytes of it: how Rekor v1 names its keys, and ECDSA keys of notes in general.
    static func hint(subjectPublicKeyInfo der: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: der).prefix(4)) }

    /// SHA-256 over name, line feed, 01 and the key, four bytes of it.
    static func hint(name: String, ed25519 key: [UInt8]) -> [UInt8] { Array(logID(name: name, ed25519: key).prefix(4)) }

    /// The whole hash, by which Rekor v2 names its logs.
    static func logID(name: String, ed25519 key: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array(name.utf8) + [0x0A, 0x01] + key))
    }

    /// Not empty, without blanks and plus signs.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && !text.unicodeScalars.contains { scalar in
                // White space of ASCII stands at its beginning alone; to ask Unicode of each letter takes longer.
                (scalar.value <= 0x20 || !scalar.isASCII) && scalar.properties.isWhitespace || scalar == "+"
            }
    }
}
