/// One word of a tape: what stands at an offset of the document.
///
/// 4 bits of kind, 28 of payload, 32 of offset. For a text the offset is that of its first byte after the quote and the payload its length in bytes
/// as written; for a number likewise. For an array or an object the payload is the tape's index behind it, and a second word follows:
/// the number of elements or members, and the offset behind the closing bracket. Members are a text and a value by turns.
struct JSONToken {
    enum Kind: UInt8 {
        case null, isTrue, isFalse, integer, double
        /// ASCII without escapes, any UTF-8 without escapes, with escapes.
        case ascii, text, escaped
        case array, object
    }

    var word: UInt64

    init(word: UInt64) { self.word = word }

    init(_ kind: Kind, at offset: Int, payload: Int) {
        word = UInt64(kind.rawValue) << 60 | UInt64(truncatingIfNeeded: payload) << 32 | UInt64(truncatingIfNeeded: offset)
    }

    var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: word >> 60)).unsafelyUnwrapped }
    var payload: Int { Int(truncatingIfNeeded: word >> 32 & 0xFFF_FFFF) }
    var offset: Int { Int(truncatingIfNeeded: word & 0xFFFF_FFFF) }
    var isText: Bool { kind == .ascii || kind == .text || kind == .escaped }
    var isContainer: Bool { word >> 60 >= UInt64(Kind.array.rawValue) }

    /// Bytes of a document whose every offset and length fits.
    static let sizeLimit = 0xFFF_FFFF
}

/// The tape of one document together with its bytes, to read from.
///
/// Lives only as long as the two buffers it was given. Indices come from the scanner, or from walking the tape, and are in bounds.
struct JSONTape {
    let bytes: UnsafePointer<UInt8>
    let words: UnsafePointer<UInt64>

    init(bytes: UnsafePointer<UInt8>, words: UnsafeMutablePointer<UInt64>) {
        self.bytes = bytes
        self.words = UnsafePointer(words)
    }

    subscript(index: Int) -> JSONToken { JSONToken(word: words[index]) }

    /// The index behind a value.
    func next(after index: Int) -> Int {
        let token = self[index]
        return token.isContainer ? token.payload : index + 1
    }

    /// The number of elements or members of a container.
    func count(at index: Int) -> Int { Int(truncatingIfNeeded: words[index + 1] & 0xFFFF_FFFF) }

    /// The offset behind a container.
    func endOffset(at index: Int) -> Int { Int(truncatingIfNeeded: words[index + 1] >> 32) }

    /// What stands between the quotes of a text, or a number's characters.
    func written(_ token: JSONToken) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes + token.offset, count: token.payload)
    }

    func kind(at index: Int) -> String {
        switch self[index].kind {
        case .null: "null"
        case .isTrue, .isFalse: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .ascii, .text, .escaped: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// A text's value.
    func text(_ token: JSONToken, _ strings: JSONStringTable) -> String {
        let written = written(token)
        guard token.kind == .escaped else { return strings.string(written) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: written.count) { buffer in
            strings.string(UnsafeBufferPointer(rebasing: buffer[..<unescape(written, into: buffer)]))
        }
    }

    /// The index of a member's value; nil when the object at `index` has none of that name.
    func member(_ name: UnsafeBufferPointer<UInt8>, of index: Int) -> Int? {
        let end = self[index].payload
        var position = index + 2
        while position < end {
            let token = self[position]
            if token.kind == .ascii {
                if token.payload == name.count, isEqual(bytes + token.offset, name) { return position + 1 }
            } else if isEquivalent(token, name) {
                return position + 1
            }
            position = next(after: position + 1)
        }
        return nil
    }

    private func isEqual(_ key: UnsafePointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        for position in 0..<name.count where key[position] != name[position] { return false }
        return true
    }

    /// As `String` compares: a name may be written with escapes, or in another normalisation.
    private func isEquivalent(_ token: JSONToken, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        return text(token, .none) == String(decoding: name, as: UTF8.self)
    }
}
