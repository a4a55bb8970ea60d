/// Writes the value of a text whose escapes were checked before; returns its length, which is less than what is written.
func unescape(_ written: UnsafeBufferPointer<UInt8>, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var length = 0
    var position = 0
    func append(_ byte: UInt8) {
        buffer[length] = byte
        length += 1
    }
    func fourHexDigits() -> UInt32 {
        defer { position += 4 }
        return written[position..<position + 4].reduce(0) { $0 << 4 | UInt32(hexValue($1) ?? 0) }
    }
    while position < written.count {
        let byte = written[position]
        position += 1
        guard byte == UInt8(ascii: "\\") else {
            append(byte)
            continue
        }
        let escaped = written[position]
        position += 1
        switch escaped {
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "u"):
            var value = fourHexDigits()
            if (0xD800..<0xDC00).contains(value) {
                position += 2
                value = 0x10000 + (value - 0xD800) << 10 + (fourHexDigits() - 0xDC00)
            }
            for byte in Unicode.Scalar(value).flatMap({ UTF8.encode($0) }) ?? UTF8.encodedReplacementCharacter { append(byte) }
        default: append(escaped)
        }
    }
    return length
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
