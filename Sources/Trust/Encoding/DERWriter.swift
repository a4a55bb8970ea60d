/// Writes the tags and lengths of DER (X.690 §8.1, §10.1).
enum DERWriter {
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    static func value(_ tag: UInt8, _ content: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = [tag]
        bytes.reserveCapacity(content.count + 6)
        if content.count < 0x80 {
            bytes.append(UInt8(content.count))
        } else {
            var length = content.count
            var digits: [UInt8] = []
            while length > 0 {
                digits.append(UInt8(length & 0xff))
                length >>= 8
            }
            bytes.append(0x80 | UInt8(digits.count))
            bytes.append(contentsOf: digits.reversed())
        }
        bytes.append(contentsOf: content)
        return bytes
    }
}
