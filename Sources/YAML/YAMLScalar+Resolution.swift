import JSON

/// What a scalar stands for.
enum YAMLResolution: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// An integer above `Int64.max`, up to 64 bits.
    case unsigned(UInt64)
    case double(Double)
    /// `.inf`, `-.inf` or `.nan`.
    case nonFinite(String)
    case string(String)
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
        case ("null", .null), ("bool", .bool), ("int", .integer), ("int", .unsigned): return found
        case ("float", .double), ("float", .nonFinite): return found
        case ("float", .integer(let value)): return .double(Double(value))
        case ("timestamp", _) where YAMLTimestamp.isOne(text): return .string(text)
        case ("null", _), ("bool", _), ("int", _), ("float", _), ("timestamp", _):
            throw YAMLTagError(reason: "wanted a value that is !!\(name), found \"\(text.prefix(64))\"")
        case ("binary", _): return .string(try binaryText())
        default: return .string(text)
        }
    }

    private func binaryText() throws(YAMLTagError) -> String {
        guard let bytes = Base64.decodeLeniently(text) else { throw YAMLTagError(reason: "wanted base64 after !!binary") }
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
        default: return YAMLNumber.read(text) ?? .string(text)
        }
    }
}
