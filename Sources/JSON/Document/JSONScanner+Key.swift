extension JSONScanner {
    /// Up to so many keys are compared one with another; in a larger object, as strings in a set, so that no document costs quadratic time.
    private static let comparedKeys = 32

    /// A key and its colon. A key that stood before in this object is an error, here or before the object is closed.
    @inline(__always)
    mutating func key(in frame: inout Frame, orClosing: Bool) throws(JSONSyntaxError) {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected(wanted: orClosing ? "a key in quotes or '}'" : "a key in quotes") }
        try string()
        let token = JSONToken(word: words[words.count - 1])
        if token.kind == .ascii, frame.count < Self.comparedKeys {
            let fingerprint = fingerprint(of: token)
            var position = frame.firstKey
            while position < fingerprints.count {
                if fingerprints[position] == fingerprint, isKey(token, in: frame) { throw duplicate(token) }
                position += 1
            }
            fingerprints.append(fingerprint)
        } else {
            frame.hasUnusualKeys = true
        }
        skipWhiteSpace()
        guard peek() == UInt8(ascii: ":") else { throw unexpected(wanted: "':' after a key") }
        offset += 1
    }

    /// The same for the same bytes: of the length, the first eight and the last eight of them.
    @inline(__always)
    private func fingerprint(of token: JSONToken) -> UInt64 {
        let raw = UnsafeRawPointer(bytes) + token.offset
        let length = token.payload
        if length >= 8 {
            let head = raw.loadUnaligned(as: UInt64.self)
            let tail = raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
            return (head &* 0x9E37_79B9_7F4A_7C15 ^ tail) &+ UInt64(truncatingIfNeeded: length) << 56
        }
        // The quote that ends the key and the seven bytes from its first are in the document, or it is read byte by byte.
        guard token.offset + 8 <= count else {
            return (0..<length).reduce(UInt64(length) << 56) { $0 ^ UInt64(bytes[token.offset + $1]) << UInt64($1 * 8) }
        }
        let mask = (1 as UInt64) << UInt64(truncatingIfNeeded: length * 8) &- 1
        return UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) & mask ^ UInt64(truncatingIfNeeded: length) << 56
    }

    /// Compares all keys as strings.
    func checkKeys(of frame: Frame) throws(JSONSyntaxError) {
        guard frame.count > 1 else { return }
        var known: Set<String> = []
        known.reserveCapacity(frame.count)
        var index = frame.index + 2
        for _ in 0..<frame.count {
            let token = tape[index]
            guard known.insert(text(token)).inserted else { throw duplicate(token) }
            index = tape.next(after: index + 1)
        }
    }

    /// Whether a key before the last, which is `token`, is written with the same bytes.
    @inline(never)
    private func isKey(_ token: JSONToken, in frame: Frame) -> Bool {
        var index = frame.index + 2
        while index < words.count - 1 {
            let other = tape[index]
            if other.payload == token.payload, (0..<token.payload).allSatisfy({ bytes[other.offset + $0] == bytes[token.offset + $0] }) {
                return true
            }
            index = tape.next(after: index + 1)
        }
        return false
    }

    /// What is on the tape so far.
    private var tape: JSONTape { JSONTape(bytes: bytes, words: words.base) }

    private func text(_ token: JSONToken) -> String {
        return tape.text(token, .none)
    }

    private func duplicate(_ token: JSONToken) -> JSONSyntaxError {
        error(
            "the key \"\(String(text(token).unicodeScalars.prefix(64)).visible)\" stands twice in this object; wanted each key once",
            at: token.offset - 1)
    }
}
