/// Base64 with the standard alphabet and padding (RFC 4648, 4), strict.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil when the text is anything but padded base64 without white space.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 4) {
            let group = digits[start..<start + 4]
            let padding = start + 4 == digits.count ? group.reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
            guard padding <= 2 else { return nil }
            var word: UInt32 = 0
            for digit in group.dropLast(padding) {
                guard let value = alphabet.firstIndex(of: digit) else { return nil }
                word = word << 6 | UInt32(value)
            }
            word <<= UInt32(6 * padding)
            let kept = [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
            // Bits that are cut off must be zero, or else one value had several spellings.
            guard kept.suffix(padding).allSatisfy({ $0 == 0 }) else { return nil }
            bytes += kept.dropLast(padding)
        }
        return bytes
    }
}
