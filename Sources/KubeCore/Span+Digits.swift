extension Span<UInt8> {
    /// Whether a character stands there.
    func isCharacter(_ character: Unicode.Scalar, at position: Int) -> Bool {
        position < count && self[position] == UInt8(ascii: character)
    }

    /// So many decimal digits; nil when there is anything else.
    func number(at position: Int, digits: Int) -> Int64? {
        guard position + digits <= count else { return nil }
        var value: Int64 = 0
        for position in position..<position + digits {
            let digit = self[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// One digit or more after a point, in millionths, and where they end. Digits after the sixth are dropped.
    func millionths(at start: Int) -> (value: Int64, end: Int)? {
        var value: Int64 = 0
        var end = start
        while end < count, case let digit = self[end] &- 0x30, digit < 10 {
            if end - start < 6 { value = value * 10 + Int64(digit) }
            end += 1
        }
        guard end > start else { return nil }
        for _ in end - start..<Swift.max(end - start, 6) { value *= 10 }
        return (value, end)
    }
}
