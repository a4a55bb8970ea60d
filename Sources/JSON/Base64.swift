/// Base64 with the standard alphabet and padding (RFC 4648, section 4): how JSON carries bytes.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    /// What each digit is worth at each of the four places of a group, at place × 256 + digit; `notADigit` for what is none. A group is four look-ups and one
    /// test.
    private static let worth: [UInt32] = {
        var worth = [UInt32](repeating: notADigit, count: 4 * 256)
        for place in 0..<4 {
            for (value, digit) in alphabet.enumerated() { worth[place * 256 + Int(digit)] = UInt32(value) << UInt32(18 - place * 6) }
        }
        return worth
    }()
    /// A bit that no group has.
    private static let notADigit: UInt32 = 1 << 31
    /// The two digits of each twelve bits, in the order in which they stand in memory.
    private static let pairs: [UInt16] = (0..<4096).map { (UInt16(alphabet[$0 >> 6]) << 8 | UInt16(alphabet[$0 & 63])).bigEndian }

    /// With padding, without line breaks.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        // Callers are in other modules, where a generic loop is taken byte by byte through a protocol: once here, and no more.
        bytes.withContiguousStorageIfAvailable(encode(contiguous:)) ?? Array(bytes).withUnsafeBufferPointer(encode(contiguous:))
    }

    private static func encode(contiguous bytes: UnsafeBufferPointer<UInt8>) -> String {
        let (alphabet, pairs) = (alphabet, pairs)
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var (index, end) = (0, 0)
            let written = UnsafeMutableRawBufferPointer(text)
            pairs.withUnsafeBufferPointer { pairs in
                while index + 3 <= bytes.count {
                    let bits = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
                    written.storeBytes(of: pairs[bits >> 12], toByteOffset: end, as: UInt16.self)
                    written.storeBytes(of: pairs[bits & 4095], toByteOffset: end + 2, as: UInt16.self)
                    (index, end) = (index + 3, end + 4)
                }
            }
            guard index < bytes.count else { return end }
            let hasTwo = index + 1 < bytes.count
            let bits = Int(bytes[index]) << 16 | (hasTwo ? Int(bytes[index + 1]) << 8 : 0)
            text[end] = alphabet[bits >> 18]
            text[end + 1] = alphabet[bits >> 12 & 63]
            text[end + 2] = hasTwo ? alphabet[bits >> 6 & 63] : padding
            text[end + 3] = padding
            return end + 4
        }
    }

    /// The bytes of exactly the text that `encode` writes for them; nil for every other text, so that no text can be varied without
    /// changing the bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let (bytes, spare) = read(text.utf8), spare == 0 else { return nil }
        return bytes
    }

    /// The same of a text's bytes.
    public static func decode(utf8 text: [UInt8]) -> [UInt8]? {
        guard let (bytes, spare) = text.withUnsafeBufferPointer(read(contiguous:)), spare == 0 else { return nil }
        return bytes
    }

    /// As Kubernetes reads bytes in JSON and YAML: line breaks may stand anywhere, and bits that belong to no byte may be set.
    public static func decodeLeniently(_ text: some StringProtocol) -> [UInt8]? {
        read(text.utf8.filter { $0 != 0x0A && $0 != 0x0D })?.bytes
    }

    /// The bytes, and the bits that are left over.
    private static func read(_ text: some Collection<UInt8>) -> (bytes: [UInt8], spare: UInt32)? {
        text.withContiguousStorageIfAvailable(read(contiguous:)) ?? Array(text).withUnsafeBufferPointer(read(contiguous:))
    }

    private static func read(contiguous text: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], spare: UInt32)? {
        guard text.count % 4 == 0 else { return nil }
        var digits = text
        var padded: UInt32 = 0
        while padded < 2, digits.last == padding {
            digits = UnsafeBufferPointer(rebasing: digits.dropLast())
            padded += 1
        }
        let worth = worth
        var isDigits = true
        var (bits, count): (UInt32, UInt32) = (0, 0)
        let bytes = [UInt8](unsafeUninitializedCapacity: digits.count * 3 / 4) { bytes, end in
            var index = 0
            worth.withUnsafeBufferPointer { worth in
                while index + 4 <= digits.count {
                    let group =
                        worth[Int(digits[index])] | worth[256 + Int(digits[index + 1])] | worth[512 + Int(digits[index + 2])]
                        | worth[768 + Int(digits[index + 3])]
                    guard group < notADigit else {
                        isDigits = false
                        return
                    }
                    bytes[end] = UInt8(truncatingIfNeeded: group >> 16)
                    bytes[end + 1] = UInt8(truncatingIfNeeded: group >> 8)
                    bytes[end + 2] = UInt8(truncatingIfNeeded: group)
                    (index, end) = (index + 4, end + 3)
                }
            }
            guard isDigits else { return }
            for digit in digits[index...] {
                let value = worth[768 + Int(digit)]
                guard value < notADigit else {
                    isDigits = false
                    return
                }
                bits = bits << 6 | value
                count += 6
                if count >= 8 {
                    count -= 8
                    bytes[end] = UInt8(truncatingIfNeeded: bits >> count)
                    end += 1
                    bits &= (1 << count) - 1
                }
            }
        }
        guard isDigits else { return nil }
        // What is left over is as long as the padding says.
        return count == padded * 2 ? (bytes, bits) : nil
    }
}
