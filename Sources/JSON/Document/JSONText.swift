/// Looks for the bytes of a text that don't stand for themselves, eight at a time.
enum JSONText {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    /// The highest bit of each byte.
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Has the highest bit of each byte set that is a quote, a backslash or a control character. Bits above the lowest one may be wrong, since
    /// borrows spread upwards.
    @inline(__always)
    static func stops(in word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        return ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- (ones &* 0x20)) & ~word) & highs
    }

    @inline(__always)
    static func isStop(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 }

    /// The position of the first such byte, or the text's end.
    @inline(__always)
    static func runEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let raw = UnsafeRawBufferPointer(text)
        var position = start
        while position + 8 <= raw.count {
            let stops = stops(in: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            if stops != 0 { return position + stops.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < raw.count, !isStop(raw[position]) { position += 1 }
        return position
    }
}
