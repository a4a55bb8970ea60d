/// Base64 with the standard alphabet and padding (RFC 4648, section 4): how JSON carries bytes.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    /// What each digit is worth; 0xFF for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// With padding, without line breaks.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count) & 63])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count)) & 63]) }
        while text.count % 4 != 0 { text.append(padding) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of exactly the text that `encode` writes for them; nil for every other text, so that no text can be varied without
    /// changing the bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let (bytes, spare) = read(text.utf8), spare == 0 else { return nil }
        return bytes
    }

    /// As Kubernetes reads bytes in JSON and YAML: line breaks may stand anywhere, and bits that belong to no byte may be set.
    public static func decodeLeniently(_ text: some StringProtocol) -> [UInt8]? {
        read(text.utf8.filter { $0 != 0x0A && $0 != 0x0D })?.bytes
    }

    /// The bytes, and the bits that are left over.
    private static func read(_ text: some Collection<UInt8>) -> (bytes: [UInt8], spare: UInt32)? {
        var digits = Array(text)
        guard digits.count % 4 == 0 else { return nil }
        var padded: UInt32 = 0
        while padded < 2, digits.last == padding {
            digits.removeLast()
            padded += 1
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        // What is left over is as long as the padding says.
        return count == padded * 2 ? (bytes, bits) : nil
    }
}
