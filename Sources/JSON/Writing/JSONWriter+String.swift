extension JSONWriter {
    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write($0) }
    }

    /// Only what must be escaped is: the quote, the backslash and control characters.
    private mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
        buffer.reserve(text.count + 2)
        buffer.append(UInt8(ascii: "\""))
        var position = 0
        while position < text.count {
            let end = JSONText.runEnd(in: text, from: position)
            buffer.append(contentsOf: UnsafeBufferPointer(rebasing: text[position..<end]))
            position = end
            if position < text.count {
                escape(text[position])
                position += 1
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        buffer.reserve(6)
        buffer.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: buffer.append(UInt8(ascii: "b"))
        case 0x0C: buffer.append(UInt8(ascii: "f"))
        case 0x0A: buffer.append(UInt8(ascii: "n"))
        case 0x0D: buffer.append(UInt8(ascii: "r"))
        case 0x09: buffer.append(UInt8(ascii: "t"))
        case 0..<0x20:
            for byte in "u00".utf8 { buffer.append(byte) }
            buffer.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0x0F
            buffer.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: buffer.append(byte)
        }
    }
}
