/// What the characters of a number mean, once the scanner has found them to be one.
enum JSONNumber {
    /// An optional minus sign and digits; nil when the number doesn't fit.
    static func integer(_ written: UnsafeBufferPointer<UInt8>) -> Int64? {
        // Digits are gathered below zero, where Int64 has room for one more.
        var value: Int64 = 0
        let isNegative = written.first == UInt8(ascii: "-")
        for byte in written[(isNegative ? 1 : 0)...] {
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsAgain) = tenfold.subtractingReportingOverflow(Int64(byte &- UInt8(ascii: "0")))
            if overflows || overflowsAgain { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The double nearest to the number; infinite when it is too large for any.
    static func double(_ written: UnsafeBufferPointer<UInt8>) -> Double {
        var significand: UInt64 = 0
        var power = 0
        var digits = 0
        var isFraction = false
        for byte in written {
            switch byte {
            case UInt8(ascii: "-") where digits == 0: continue
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if isFraction { power -= 1 }
                significand = significand &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
            default: return exact(written)
            }
        }
        guard digits <= 19, significand <= 1 << 53, power >= -22 else { return exact(written) }
        // Both operands are exact, so the one operation rounds once: the nearest double (Clinger 1990).
        let magnitude = Double(significand) / powersOfTen[-power]
        return written.first == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    /// By the standard library: correctly rounded, whatever the length.
    private static func exact(_ written: UnsafeBufferPointer<UInt8>) -> Double {
        Double(String(decoding: written, as: UTF8.self)) ?? .infinity
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
