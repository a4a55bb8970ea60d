/// Decimal numbers as C2SP and ProtoJSON write them: ASCII digits, no sign, no blank, no leading zero.
///
/// The standard library takes `+34`, `034` and more; two texts for one number are two checkpoints for one tree.
enum DecimalDigits {
    /// The number, or nil when the text isn't its only spelling or the number is beyond 63 bits.
    static func read(_ text: some Collection<UInt8>) -> Int64? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard digits.contains(byte) else { return nil }
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsAgain) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflows, !overflowsAgain else { return nil }
            value = sum
        }
        return value
    }
}
