extension JSONScanner {
    /// A string in quotes (RFC 8259, section 7); the current byte is its opening quote.
    mutating func string() throws(JSONSyntaxError) {
        let start = offset + 1
        offset = start
        let isASCII = skipRun()
        guard isASCII, peek() == UInt8(ascii: "\"") else { return try unusualString(from: start, isASCII: isASCII) }
        append(.ascii, from: start, to: offset)
        offset += 1
    }

    /// Goes on with a string that has escapes, characters beyond ASCII, or no end.
    @inline(never)
    private mutating func unusualString(from start: Int, isASCII: Bool) throws(JSONSyntaxError) {
        var isASCII = isASCII
        var hasEscapes = false
        while true {
            switch peek() {
            case UInt8(ascii: "\""):
                if !isASCII { try checkUTF8(from: start, to: offset) }
                append(hasEscapes ? .escaped : .text, from: start, to: offset)
                offset += 1
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape()
            case nil: throw error("the string that starts here has no end; wanted a closing quote", at: start - 1)
            default: throw unexpected(wanted: "control characters in strings to be escaped")
            }
            isASCII = skipRun() && isASCII
        }
    }

    /// Skips the bytes that stand for themselves, up to a quote, a backslash, a control character, or the end of the document; true when all are ASCII.
    @inline(__always)
    private mutating func skipRun() -> Bool {
        let raw = UnsafeRawPointer(bytes)
        var position = offset
        var all: UInt64 = 0
        while position + 8 <= count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let stops = JSONText.stops(in: word)
            if stops != 0 {
                let bits = stops.trailingZeroBitCount & ~7
                offset = position + bits >> 3
                return (all | word & ((1 as UInt64) << UInt64(truncatingIfNeeded: bits) &- 1)) & JSONText.highs == 0
            }
            all |= word
            position += 8
        }
        while position < count, !JSONText.isStop(bytes[position]) {
            all |= UInt64(bytes[position])
            position += 1
        }
        offset = position
        return all & JSONText.highs == 0
    }

    private func checkUTF8(from start: Int, to end: Int) throws(JSONSyntaxError) {
        guard let bad = firstInvalidUTF8(in: UnsafeBufferPointer(start: bytes + start, count: end - start)) else { return }
        throw error("the bytes here are not valid UTF-8; wanted a string in UTF-8", at: start + bad)
    }

    private mutating func escape() throws(JSONSyntaxError) {
        offset += 1
        switch peek() {
        case UInt8(ascii: "u"): try unicodeEscape()
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        default: throw unexpected(wanted: "one of \" \\ / b f n r t u after a backslash")
        }
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane; the current byte is the `u`.
    private mutating func unicodeEscape() throws(JSONSyntaxError) {
        let start = offset - 1
        let first = try fourHexDigits()
        if (0xDC00..<0xE000).contains(first) {
            throw error("a low surrogate stands alone; wanted a high surrogate before it", at: start)
        }
        guard (0xD800..<0xDC00).contains(first) else { return }
        guard peek() == UInt8(ascii: "\\"), offset + 1 < count, bytes[offset + 1] == UInt8(ascii: "u") else {
            throw error("a high surrogate stands alone; wanted a low surrogate after it", at: start)
        }
        offset += 1
        guard (0xDC00..<0xE000).contains(try fourHexDigits()) else {
            throw error("a high surrogate stands alone; wanted a low surrogate after it", at: start)
        }
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt16 {
        offset += 1
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = hexValue(byte) else {
                throw unexpected(wanted: "four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}
