/// Reads fixed-width decimal numbers and single characters from ASCII text.
struct DigitScanner {
    private var position = 0

    func isAtEnd(of text: Span<UInt8>) -> Bool { position == text.count }

    mutating func skip(_ character: Unicode.Scalar, in text: Span<UInt8>) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number(_ digits: Int, in text: Span<UInt8>) -> Int64? {
        guard text.count - position >= digits else { return nil }
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit(in: text) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One digit or more after a point, in millionths.
    mutating func fraction(in text: Span<UInt8>) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < text.count, let digit = digit(in: text) {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        for _ in count..<max(count, 6) { value *= 10 }
        return count > 0 ? value : nil
    }

    private mutating func digit(in text: Span<UInt8>) -> Int64? {
        let digit = text[position] &- 0x30
        guard digit < 10 else { return nil }
        position += 1
        return Int64(digit)
    }
}
