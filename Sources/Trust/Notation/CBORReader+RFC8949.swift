/// Reads one item of CBOR strictly: each number and length in its shortest form and lengths definite (RFC 8949 §4.2.1), text in UTF-8, no key
/// twice (§5.6), nothing behind it. The order of keys is free: COSE signs headers as the bytes that came, not as they would be written anew.
struct CBORReader {
    struct Limits: Sendable {
        var size = 1 << 20
        /// Arrays, maps and tags within one another.
        var depth = 8
        /// Items in all, so that small input doesn't become large values.
        var items = 4096
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var offset = 0
    private var items = 0

    static func read(_ bytes: [UInt8], limits: Limits = Limits()) throws(CBORFault) -> CBORValue {
        guard bytes.count <= limits.size else {
            throw CBORFault(reason: "\(bytes.count) bytes, wanted at most \(limits.size)", offset: 0)
        }
        var reader = CBORReader(bytes: bytes, limits: limits)
        let value = try reader.value(depth: 0)
        guard reader.offset == bytes.count else { throw reader.fault("something behind the one item") }
        return value
    }

    private init(bytes: [UInt8], limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    private func fault(_ reason: String) -> CBORFault { CBORFault(reason: reason, offset: offset) }

    private mutating func value(depth: Int) throws(CBORFault) -> CBORValue {
        items += 1
        guard items <= limits.items else { throw fault("more than \(limits.items) items") }
        guard depth <= limits.depth else { throw fault("more than \(limits.depth) items within one another") }
        let (major, information) = try initialByte()
        if major == 7 { return try simple(information) }
        let argument = try argument(information)
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(Array(try take(argument)))
        case 3:
            guard let text = String(validating: try take(argument), as: UTF8.self) else { throw fault("text that isn't UTF-8") }
            return .text(text)
        case 4:
            var values: [CBORValue] = []
            for _ in 0..<(try count(argument)) { values.append(try value(depth: depth + 1)) }
            return .array(values)
        case 5: return .map(try entries(try count(argument), depth: depth + 1))
        default: return .tagged(argument, try value(depth: depth + 1))
        }
    }

    private mutating func entries(_ count: Int, depth: Int) throws(CBORFault) -> [CBORValue.Entry] {
        var entries: [CBORValue.Entry] = []
        var seen: Set<[UInt8]> = []
        for _ in 0..<count {
            let start = offset
            let key = try value(depth: depth)
            // In the shortest form, equal keys are equal bytes.
            guard seen.insert(Array(bytes[start..<offset])).inserted else { throw fault("a key that stands there twice") }
            entries.append(.init(key: key, value: try value(depth: depth)))
        }
        return entries
    }

    private mutating func initialByte() throws(CBORFault) -> (major: UInt8, information: UInt8) {
        guard offset < bytes.count else { throw fault("ends too early") }
        defer { offset += 1 }
        return (bytes[offset] >> 5, bytes[offset] & 31)
    }

    private mutating func argument(_ information: UInt8) throws(CBORFault) -> UInt64 {
        switch information {
        case 0..<24: return UInt64(information)
        case 24...27:
            let size = 1 << Int(information - 24)
            let number = try take(UInt64(size)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // What fits into half the bytes, or into the initial one, has to stand there.
            let smallest: UInt64 = size == 1 ? 24 : 1 << UInt64(size * 4)
            guard number >= smallest else { throw fault("a number that isn't in its shortest form") }
            return number
        case 31: throw fault("an indefinite length")
        default: throw fault("a reserved length")
        }
    }

    private mutating func simple(_ information: UInt8) throws(CBORFault) -> CBORValue {
        switch information {
        case 0..<24: return .simple(information)
        case 24:
            guard let number = try take(1).first, number >= 32 else { throw fault("a simple value that isn't in its shortest form") }
            return .simple(number)
        case 25...27: return .float(Array(try take(1 << UInt64(information - 24))))
        case 31: throw fault("an indefinite length")
        default: throw fault("a reserved simple value")
        }
    }

    private mutating func take(_ count: UInt64) throws(CBORFault) -> ArraySlice<UInt8> {
        guard count <= UInt64(bytes.count - offset) else { throw fault("ends too early") }
        let start = offset
        offset += Int(count)
        return bytes[start..<offset]
    }

    /// A number of items, each of which takes a byte at least.
    private func count(_ argument: UInt64) throws(CBORFault) -> Int {
        guard argument <= UInt64(bytes.count - offset) else { throw fault("ends too early") }
        return Int(argument)
    }
}

/// Writes the few items that a COSE signature is made over (RFC 8949 §3).
enum CBORWriter {
    static func array(_ count: Int) -> [UInt8] { head(4, count) }
    static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, bytes.count) + bytes }
    static func text(_ text: String) -> [UInt8] { head(3, text.utf8.count) + Array(text.utf8) }

    /// Major type and argument, in the shortest form.
    static func head(_ major: UInt8, _ argument: Int) -> [UInt8] {
        let major = major << 5
        switch argument {
        case 0..<24: return [major | UInt8(argument)]
        case 24..<0x100: return [major | 24, UInt8(argument)]
        case 0x100..<0x1_0000: return [major | 25, UInt8(argument >> 8), UInt8(argument & 0xff)]
        case 0x1_0000..<0x1_0000_0000:
            return [major | 26] + stride(from: 24, through: 0, by: -8).map { UInt8(argument >> $0 & 0xff) }
        default: return [major | 27] + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: argument >> $0) }
        }
    }
}
