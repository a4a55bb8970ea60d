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
