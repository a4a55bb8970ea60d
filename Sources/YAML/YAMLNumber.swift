/// Numbers as plain scalars have them: those of YAML 1.1, and Go's literals for integers, since Kubernetes' reader is written in Go.
enum YAMLNumber {
    /// An integer or a double; nil for what is no number, or overflows a double.
    static func read(_ text: String) -> YAMLResolution? {
        guard let first = text.utf8.first else { return nil }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            // Underscores may stand anywhere.
            let bytes = text.utf8.filter { $0 != UInt8(ascii: "_") }
            return integer(bytes) ?? decimal(bytes)
        case UInt8(ascii: "."):
            let bytes = Array(text.utf8)
            guard hasUnderscoresBetweenDigits(bytes) else { return nil }
            return decimal(bytes.filter { $0 != UInt8(ascii: "_") })
        default: return nil
        }
    }

    /// Decimal, or with the prefix `0x`, `0o`, `0b`, or `0` for octal. 64 bits without a sign, or 63 with one.
    private static func integer(_ bytes: [UInt8]) -> YAMLResolution? {
        var digits = bytes[...]
        let sign = digits.first.flatMap { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") ? $0 : nil }
        if sign != nil { digits.removeFirst() }
        var radix = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            switch digits.dropFirst().first! | 0x20 {
            case UInt8(ascii: "x"): (radix, digits) = (16, digits.dropFirst(2))
            case UInt8(ascii: "o"): (radix, digits) = (8, digits.dropFirst(2))
            case UInt8(ascii: "b"): (radix, digits) = (2, digits.dropFirst(2))
            default: (radix, digits) = (8, digits.dropFirst())
            }
        }
        // A sign behind `0b` is read, too.
        let hasInnerSign = radix == 2 && sign == nil && bytes[1] == UInt8(ascii: "b") && (digits.first == 0x2B || digits.first == 0x2D)
        let inner = hasInnerSign ? digits.removeFirst() : nil
        guard !digits.isEmpty, digits.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        let isNegative = (sign ?? inner) == UInt8(ascii: "-")
        if let value = Int64((isNegative ? "-" : "") + text, radix: radix) { return .integer(value) }
        return sign == nil && inner == nil ? UInt64(text, radix: radix).map { .unsigned($0) } : nil
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; what overflows a double is none.
    private static func decimal(_ bytes: [UInt8]) -> YAMLResolution? {
        var rest = bytes[...]
        func skipSign() {
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest.removeFirst() }
        }
        func skipDigits() -> Int {
            let before = rest.count
            rest = rest.drop { isDigit($0, radix: 10) }
            return before - rest.count
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(normalised(bytes)), value.isFinite else { return nil }
        return .double(value)
    }

    /// With digits on both sides of the point, as every reader of doubles takes it.
    private static func normalised(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var follows: UInt8?
        for byte in bytes {
            let isPoint = byte == UInt8(ascii: ".")
            if isPoint, !(follows.map { isDigit($0, radix: 10) } ?? false) { text.append(UInt8(ascii: "0")) }
            if follows == UInt8(ascii: "."), !isDigit(byte, radix: 10) { text.append(UInt8(ascii: "0")) }
            text.append(byte)
            follows = byte
        }
        if follows == UInt8(ascii: ".") { text.append(UInt8(ascii: "0")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// In a number that starts with its point each `_` must stand between two digits.
    private static func hasUnderscoresBetweenDigits(_ bytes: [UInt8]) -> Bool {
        bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "_") else { return true }
            guard index + 1 < bytes.count else { return false }
            return isDigit(bytes[index - 1], radix: 10) && isDigit(bytes[index + 1], radix: 10)
        }
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        guard byte < 0x80, let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
        return value < radix
    }
}
