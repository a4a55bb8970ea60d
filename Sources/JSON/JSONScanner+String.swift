extension JSONScanner {
    /// A string in quotes (RFC 8259, section 7); the current byte is its opening quote.
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = offset
        offset += 1
        let (isASCII, end) = runEnd()
        guard end < bytes.count else { throw error("the string that starts here has no end; wanted a closing quote", at: start) }
        if bytes[end] == UInt8(ascii: "\"") {
            let text = try text(from: start + 1, to: end, isASCII: isASCII)
            offset = end + 1
            return text
        }
        return try stringWithEscapes(from: start)
    }

    /// The end of the run of bytes that stand for themselves, from the current offset: a quote, a backslash, a control
    /// character, or the end of the document.
    private func runEnd() -> (isASCII: Bool, end: Int) {
        var position = offset
        var all: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            all |= byte
            position += 1
        }
        return (all < 0x80, position)
    }

    private func text(from start: Int, to end: Int, isASCII: Bool) throws(JSONSyntaxError) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if isASCII { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else { throw invalidUTF8(from: start, to: end) }
        return text
    }

    private func invalidUTF8(from start: Int, to end: Int) -> JSONSyntaxError {
        let bad = firstInvalidUTF8(in: UnsafeBufferPointer(rebasing: bytes[start..<end])) ?? 0
        return error("the bytes here are not valid UTF-8; wanted a string in UTF-8", at: start + bad)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONSyntaxError) -> String {
        unescaped.removeAll(keepingCapacity: true)
        var isASCII = true
        while true {
            let (isRunASCII, end) = runEnd()
            isASCII = isASCII && isRunASCII
            // Checked run by run: a character cannot be split by an escape, and the position is exact.
            if !isRunASCII, firstInvalidUTF8(in: UnsafeBufferPointer(rebasing: bytes[offset..<end])) != nil {
                throw invalidUTF8(from: offset, to: end)
            }
            unescaped.append(contentsOf: bytes[offset..<end])
            offset = end
            switch peek() {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try escape()
            case nil:
                throw error("the string that starts here has no end; wanted a closing quote", at: start)
            default:
                throw unexpected(wanted: "control characters in strings to be escaped")
            }
        }
    }

    private mutating func escape() throws(JSONSyntaxError) {
        offset += 1
        let byte: UInt8
        switch peek() {
        case UInt8(ascii: "u"):
            try unicodeEscape()
            return
        case UInt8(ascii: "\""): byte = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): byte = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): byte = UInt8(ascii: "/")
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        default: throw unexpected(wanted: "one of \" \\ / b f n r t u after a backslash")
        }
        unescaped.append(byte)
        offset += 1
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane; the current byte is the `u`.
    private mutating func unicodeEscape() throws(JSONSyntaxError) {
        let start = offset - 1
        let first = try fourHexDigits()
        var value = UInt32(first)
        if (0xD800..<0xDC00).contains(first) {
            guard peek() == UInt8(ascii: "\\"), offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "u") else {
                throw error("a high surrogate stands alone; wanted a low surrogate after it", at: start)
            }
            offset += 1
            let second = try fourHexDigits()
            guard (0xDC00..<0xE000).contains(second) else {
                throw error("a high surrogate stands alone; wanted a low surrogate after it", at: start)
            }
            value = 0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw error("a low surrogate stands alone; wanted a high surrogate before it", at: start)
        }
        unescaped.append(contentsOf: UTF8.encode(scalar)!)
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt16 {
        offset += 1
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected(wanted: "four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}

/// The offset of the first byte that starts no valid character (Unicode 15, table 3-7: no overlong forms, no surrogates,
/// nothing above U+10FFFF), or nil.
func firstInvalidUTF8(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = 0
    while position < bytes.count {
        let lead = bytes[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0x00...0x7F: length = 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return position
        }
        guard position + length <= bytes.count else { return position }
        if length > 1, !second.contains(bytes[position + 1]) { return position }
        if length > 2, bytes[position + 2] & 0xC0 != 0x80 { return position }
        if length > 3, bytes[position + 3] & 0xC0 != 0x80 { return position }
        position += length
    }
    return nil
}
