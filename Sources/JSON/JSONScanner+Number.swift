extension JSONScanner {
    /// A number (RFC 8259, section 6). Without fraction and exponent it is an integer, exact to 64 bits, or an error; otherwise
    /// the double nearest to it. What is too small for a double becomes zero, what is too large is an error.
    mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = offset
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { offset += 1 }

        // Digits are gathered below zero, where Int64 has room for one more.
        var significand: Int64 = 0
        var fits = true
        var digits = 0
        let firstDigit = offset
        while let digit = digit() {
            accumulate(digit, into: &significand, fits: &fits)
            offset += 1
            digits += 1
        }
        guard digits > 0 else { throw unexpected(wanted: "a digit") }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw error("a number starts with a needless 0; wanted it without", at: firstDigit)
        }

        var fraction = 0
        let hasFraction = peek() == UInt8(ascii: ".")
        if hasFraction {
            offset += 1
            while let digit = digit() {
                accumulate(digit, into: &significand, fits: &fits)
                offset += 1
                fraction += 1
            }
            guard fraction > 0 else { throw unexpected(wanted: "a digit after the decimal point") }
        }

        let hasExponent = peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E")
        var exponent = 0
        if hasExponent { exponent = try self.exponent() }

        guard hasFraction || hasExponent else {
            if fits, isNegative { return .integer(significand) }
            if fits, significand != .min { return .integer(-significand) }
            throw error("the integer does not fit into 64 bits; wanted one from \(Int64.min) to \(Int64.max)", at: start)
        }
        let power = exponent - fraction
        if fits, significand >= -(1 << 53), (-22...22).contains(power) {
            // Both operands are exact, so the one operation rounds once: the nearest double (Clinger 1990).
            let magnitude = Double(-significand)
            let value = power < 0 ? magnitude / Self.powersOfTen[-power] : magnitude * Self.powersOfTen[power]
            return .double(isNegative ? -value : value)
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw error("the number is too large for a double; wanted one below 1.8e308", at: start)
        }
        return .double(value)
    }

    private func digit() -> UInt8? {
        guard offset < bytes.count else { return nil }
        let digit = bytes[offset] &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    private func accumulate(_ digit: UInt8, into significand: inout Int64, fits: inout Bool) {
        let (tenfold, overflowed) = significand.multipliedReportingOverflow(by: 10)
        let (sum, overflowedAgain) = tenfold.subtractingReportingOverflow(Int64(digit))
        if overflowed || overflowedAgain { fits = false } else { significand = sum }
    }

    /// The exponent's value, held at a bound far beyond any double's.
    private mutating func exponent() throws(JSONSyntaxError) -> Int {
        offset += 1
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative || peek() == UInt8(ascii: "+") { offset += 1 }
        guard digit() != nil else { throw unexpected(wanted: "a digit of the exponent") }
        var value = 0
        while let digit = digit() {
            value = min(value * 10 + Int(digit), 1 << 40)
            offset += 1
        }
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
