/// Reads the parts of a TZif file in their order; never beyond its end.
struct TimeZoneReader {
    /// RFC 8536, 3.1.
    struct Header {
        var version: UInt8
        var universalIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var transitions: Int
        var types: Int
        var characters: Int

        /// Bytes of the data that follows, with times of so many bytes.
        func size(width: Int) -> Int {
            transitions * (width + 1) + types * 6 + characters + leapSeconds * (width + 4) + standardIndicators + universalIndicators
        }
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(TimeZoneError) -> UInt8 {
        guard position < bytes.count else { throw TimeZoneError("it ends after \(bytes.count) bytes, in the middle") }
        defer { position += 1 }
        return bytes[position]
    }

    /// Big-endian, two's complement.
    mutating func integer(_ width: Int) throws(TimeZoneError) -> Int64 {
        var value = UInt64(0)
        for _ in 0..<width { value = value << 8 | UInt64(try byte()) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }

    mutating func skip(_ count: Int) throws(TimeZoneError) {
        guard count <= bytes.count - position else { throw TimeZoneError("it ends after \(bytes.count) bytes, in the middle") }
        position += count
    }

    mutating func header() throws(TimeZoneError) -> Header {
        for expected in "TZif".utf8 {
            guard try byte() == expected else { throw TimeZoneError("it is no TZif file") }
        }
        let version = try byte()
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = try integer(4)
            // Each takes a byte at least, so that no file holds more; and sums of products stay numbers.
            guard count >= 0, count <= Int64(bytes.count) else { throw TimeZoneError("it claims more than it holds") }
            counts.append(Int(count))
        }
        return Header(
            version: version, universalIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2], transitions: counts[3],
            types: counts[4], characters: counts[5])
    }

    /// The rule that holds after the last transition, between two line feeds.
    mutating func footer() throws(TimeZoneError) -> String {
        guard try byte() == UInt8(ascii: "\n") else { throw TimeZoneError("its footer does not begin with a line feed") }
        var text: [UInt8] = []
        while true {
            let next = try byte()
            if next == UInt8(ascii: "\n") { break }
            guard (0x20..<0x7F).contains(next), text.count < 256 else { throw TimeZoneError("its footer is no rule") }
            text.append(next)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
