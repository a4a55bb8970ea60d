extension JSONScanner {
    /// A number or one of the three names.
    mutating func scalar() throws(JSONSyntaxError) {
        switch peek() {
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
        case UInt8(ascii: "t"): try literal("true", .isTrue)
        case UInt8(ascii: "f"): try literal("false", .isFalse)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw unexpected(wanted: "a value")
        }
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONToken.Kind) throws(JSONSyntaxError) {
        let start = offset
        for position in 0..<word.utf8CodeUnitCount {
            guard peek() == word.utf8Start[position] else { throw unexpected(wanted: "'\(word)'") }
            offset += 1
        }
        append(kind, from: start, to: offset)
    }

    /// A number (RFC 8259, section 6). Without fraction and exponent it is an integer, exact to 64 bits, or an error; otherwise a double. What is too
    /// small for a double becomes zero, what is too large is an error.
    private mutating func number() throws(JSONSyntaxError) {
        let start = offset
        if peek() == UInt8(ascii: "-") { offset += 1 }
        let firstDigit = offset
        skipDigits()
        let digits = offset - firstDigit
        guard digits > 0 else { throw unexpected(wanted: "a digit") }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw error("a number starts with a needless 0; wanted it without", at: firstDigit)
        }
        var kind = JSONToken.Kind.integer
        if peek() == UInt8(ascii: ".") {
            kind = .double
            offset += 1
            let point = offset
            skipDigits()
            guard offset > point else { throw unexpected(wanted: "a digit after the decimal point") }
        }
        var hasExponent = false
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            kind = .double
            hasExponent = true
            offset += 1
            if peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+") { offset += 1 }
            let exponent = offset
            skipDigits()
            guard offset > exponent else { throw unexpected(wanted: "a digit of the exponent") }
        }
        let written = UnsafeBufferPointer(start: bytes + start, count: offset - start)
        if kind == .integer {
            guard digits < 19 || JSONNumber.integer(written) != nil else {
                throw error("the integer does not fit into 64 bits; wanted one from \(Int64.min) to \(Int64.max)", at: start)
            }
        } else if hasExponent || digits > 308 {
            guard JSONNumber.double(written).isFinite else {
                throw error("the number is too large for a double; wanted one below 1.8e308", at: start)
            }
        }
        append(kind, from: start, to: offset)
    }

    @inline(__always)
    private mutating func skipDigits() {
        while offset < count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    }
}
