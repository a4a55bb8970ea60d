/// What a scalar stands for.
enum YAMLResolution: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    /// `.inf`, `-.inf` or `.nan`.
    case nonFinite(String)
    case string(String)
    /// An integer beyond 64 bits.
    case tooLarge
}

/// Why a scalar can't be what its tag says.
struct YAMLTagError: Error {
    var reason: String
}

extension YAMLScalar {
    static let tagPrefix = "tag:yaml.org,2002:"

    /// Whether this key merges its value into the mapping it stands in.
    var isMergeKey: Bool { text == "<<" && (isPlain || tag == Self.tagPrefix + "merge") }

    /// What the scalar stands for, by its tag or, when it is plain, by its text.
    func resolved() throws(YAMLTagError) -> YAMLResolution {
        guard let tag else { return isPlain ? Self.resolve(plain: text) : .string(text) }
        guard tag.hasPrefix(Self.tagPrefix) else { return .string(text) }
        let name = tag.dropFirst(Self.tagPrefix.count)
        let found = Self.resolve(plain: text)
        switch (name, found) {
        case ("null", .null), ("bool", .bool), ("int", .integer), ("int", .tooLarge): return found
        case ("float", .double), ("float", .nonFinite): return found
        case ("float", .integer(let value)): return .double(Double(value))
        case ("null", _), ("bool", _), ("int", _), ("float", _):
            throw YAMLTagError(reason: "wanted a value that is !!\(name), found \"\(text.prefix(64))\"")
        case ("binary", _): return .string(try binaryText())
        default: return .string(text)
        }
    }

    private func binaryText() throws(YAMLTagError) -> String {
        guard let bytes = [UInt8](base64: text) else { throw YAMLTagError(reason: "wanted base64 after !!binary") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLTagError(reason: "JSON has no binary values; wanted base64 of UTF-8 after !!binary, or a string without that tag")
        }
        return text
    }

    /// What text that is neither quoted nor tagged stands for.
    static func resolve(plain text: String) -> YAMLResolution {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .nonFinite(".inf")
        case "-.inf", "-.Inf", "-.INF": return .nonFinite("-.inf")
        case ".nan", ".NaN", ".NAN": return .nonFinite(".nan")
        default: break
        }
        switch text.utf8.first! {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return number(text.utf8.filter { $0 != UInt8(ascii: "_") }) ?? .string(text)
        case UInt8(ascii: "."):
            return decimal(Array(text.utf8)) ?? .string(text)
        default: return .string(text)
        }
    }

    /// An integer with or without a base's prefix, or a double; nil when it is neither.
    private static func number(_ bytes: [UInt8]) -> YAMLResolution? {
        var digits = bytes[...]
        let sign = digits.first == UInt8(ascii: "-") ? "-" : "+"
        if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { digits.removeFirst() }
        var radix = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            switch digits.dropFirst().first! {
            case UInt8(ascii: "x"), UInt8(ascii: "X"): (radix, digits) = (16, digits.dropFirst(2))
            case UInt8(ascii: "o"), UInt8(ascii: "O"): (radix, digits) = (8, digits.dropFirst(2))
            case UInt8(ascii: "b"), UInt8(ascii: "B"): (radix, digits) = (2, digits.dropFirst(2))
            // 017 is octal; 08 can't be, and is taken for decimal.
            default: radix = digits.contains { $0 == UInt8(ascii: "8") || $0 == UInt8(ascii: "9") } ? 10 : 8
            }
        }
        if !digits.isEmpty, digits.allSatisfy({ isDigit($0, radix: radix) }) {
            return Int64(sign + String(decoding: digits, as: UTF8.self), radix: radix).map { .integer($0) } ?? .tooLarge
        }
        return decimal(bytes)
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        guard byte < 0x80, let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
        return value < radix
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; what overflows a double is none.
    private static func decimal(_ bytes: [UInt8]) -> YAMLResolution? {
        var rest = bytes[...]
        func skipSign() {
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest.removeFirst() }
        }
        func skipDigits() -> Int {
            let before = rest.count
            rest = rest.drop { isDigit($0, radix: 10) }
            return before - rest.count
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(normalised(bytes)), value.isFinite else { return nil }
        return .double(value)
    }

    /// With digits on both sides of the point, as every reader of doubles takes it.
    private static func normalised(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var follows: UInt8?
        for byte in bytes {
            let isPoint = byte == UInt8(ascii: ".")
            if isPoint, !(follows.map { isDigit($0, radix: 10) } ?? false) { text.append(UInt8(ascii: "0")) }
            if follows == UInt8(ascii: "."), !isDigit(byte, radix: 10) { text.append(UInt8(ascii: "0")) }
            text.append(byte)
            follows = byte
        }
        if follows == UInt8(ascii: ".") { text.append(UInt8(ascii: "0")) }
        return String(decoding: text, as: UTF8.self)
    }
}
