/// Writes decimal numbers of fixed width into memory that is large enough.
struct DigitWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    /// A number that is not negative and has no more digits, with leading zeros, and the character after it.
    mutating func write(_ value: Int64, digits: Int, then character: Unicode.Scalar) {
        var rest = value
        for position in stride(from: count + digits - 1, through: count, by: -1) {
            buffer[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        buffer[count + digits] = UInt8(ascii: character)
        count += digits + 1
    }
}
