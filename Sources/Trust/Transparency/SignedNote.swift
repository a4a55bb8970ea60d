import JSON

/// A text with signatures below it (C2SP signed-note).
///
/// The text and the signatures are parted by the last blank line; each signature stands on a line of its own: an em dash, the key's
/// name, and base64 of four bytes of hint and the signature.
struct SignedNote: Sendable, Hashable {
    struct Signature: Sendable, Hashable {
        var name: String
        /// Four bytes that tell keys of one name apart.
        var hint: [UInt8]
        var bytes: [UInt8]
    }

    /// What was signed, its final line feed included.
    var text: [UInt8]
    var signatures: [Signature]

    /// Bytes of a note that are read at most.
    static let sizeLimit = 1 << 20
    /// Signatures of a note that are looked at, at most. The specification wants at least 16 to be taken.
    static let signatureLimit = 100
    private static let dash = Array("\u{2014} ".utf8)
    private static let lineFeed: UInt8 = 0x0A

    init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.sizeLimit else { throw .malformed("longer than \(Self.sizeLimit) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed("not UTF-8") }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == Self.lineFeed }) else { throw .malformed("a control character") }
        guard bytes.last == Self.lineFeed else { throw .malformed("no line feed at its end") }
        guard let blank = Self.lastBlankLine(bytes) else { throw .malformed("no blank line between text and signatures") }
        text = Array(bytes[...blank])
        let lines = bytes[(blank + 2)...].split(separator: Self.lineFeed, omittingEmptySubsequences: false).dropLast()
        guard !lines.isEmpty else { throw .unsigned }
        guard lines.count <= Self.signatureLimit else { throw .malformed("more than \(Self.signatureLimit) signatures") }
        signatures = []
        for line in lines { signatures.append(try Self.signature(line)) }
    }

    /// The index of the line feed that ends the text; the blank line's own follows it.
    private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
        var index = bytes.count - 2
        while index >= 0 {
            if bytes[index] == lineFeed, bytes[index + 1] == lineFeed { return index }
            index -= 1
        }
        return nil
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(NoteError) -> Signature {
        guard line.starts(with: dash) else { throw .malformed("a signature line without em dash") }
        let parts = line.dropFirst(dash.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .malformed("a signature line that isn't a name and base64") }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard NoteVerifier.isName(name) else { throw .malformed("a signature line without a key's name") }
        guard let bytes = Base64.decode(String(decoding: parts[1], as: UTF8.self)) else {
            throw .malformed("a signature that is not strict base64")
        }
        guard bytes.count > 4 else { throw .malformed("a signature of \(bytes.count) bytes") }
        return Signature(name: name, hint: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }

    /// Holds when a key of the list signed the text; gives the names under which they did. Signatures of unknown keys are passed over; one
    /// under a known key's name and hint that doesn't verify fails the note, whatever stands beside it.
    @discardableResult
    func verify(_ keys: [NoteVerifier]) throws(NoteError) -> [String] {
        var names: [String] = []
        // The same line again proves nothing more, and costs nothing more.
        var seen: Set<Signature> = []
        for signature in signatures where seen.insert(signature).inserted {
            for key in keys where key.hint == signature.hint && key.name?.isIdentical(to: signature.name) ?? true {
                guard key.key.isValid(signature: signature.bytes, for: text) else { throw .signatureInvalid(name: signature.name) }
                names.append(signature.name)
            }
        }
        guard !names.isEmpty else { throw .unsigned }
        return names
    }
}

/// Why a note isn't taken.
enum NoteError: Error, Sendable, Hashable {
    case malformed(String)
    /// No known key signed it.
    case unsigned
    case signatureInvalid(name: String)
}
