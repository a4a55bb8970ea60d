/// Reads fixed-width decimal numbers and single characters from ASCII text.
struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int64? {
        guard rest.count >= digits else { return nil }
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = rest.popFirst(), (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// One digit or more after a point, in millionths.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = rest.first, (0x30...0x39).contains(digit) {
            if count < 6 { value = value * 10 + Int64(digit - 0x30) }
            count += 1
            rest.removeFirst()
        }
        for _ in count..<max(count, 6) { value *= 10 }
        return count > 0 ? value : nil
    }
}
