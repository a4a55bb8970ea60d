import JSON

/// A finite number as the fewest decimal digits that stand for it and no other: 0.d₁d₂… × 10 to the power `point`.
struct ShortestDigits {
    var isNegative: Bool
    /// ASCII, without zeros at either end; empty for 0.
    var digits: [UInt8] = []
    var point = 0

    init(_ value: Double) { self.init(description: value.description, isNegative: value.sign == .minus) }
    init(_ value: Float) { self.init(description: value.description, isNegative: value.sign == .minus) }

    /// Reads what Swift prints, which is the shortest: `-123.25`, `1e+21`, `5e-324`.
    private init(description: String, isNegative: Bool) {
        self.isNegative = isNegative
        let parts = description.split(separator: "e")
        var afterPoint = false
        for byte in parts[0].utf8 {
            switch byte {
            case UInt8(ascii: "."): afterPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if afterPoint { point -= 1 }
                } else {
                    digits.append(byte)
                    if !afterPoint { point += 1 }
                }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.isEmpty { point = 0 } else if parts.count > 1 { point += Int(parts[1]) ?? 0 }
    }

    /// `-1.5`, `120`, `0.001`: without an exponent.
    var positional: String {
        var text = isNegative ? [UInt8(ascii: "-")] : []
        if point <= 0 {
            text.append(UInt8(ascii: "0"))
            if !digits.isEmpty { text += [UInt8(ascii: ".")] + Array(repeating: UInt8(ascii: "0"), count: -point) + digits }
        } else if point >= digits.count {
            text += digits + Array(repeating: UInt8(ascii: "0"), count: point - digits.count)
        } else {
            text += digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `1.5e+07`: the exponent has two digits at least.
    var scientific: String {
        var text = isNegative ? "-" : ""
        text += String(decoding: digits.prefix(1), as: UTF8.self)
        if digits.count > 1 { text += "." + String(decoding: digits.dropFirst(), as: UTF8.self) }
        let exponent = point - 1
        let size = String(exponent.magnitude)
        return text + (exponent < 0 ? "e-" : "e+") + (size.utf8.count < 2 ? "0" : "") + size
    }
}

extension JSON {
    /// A double as Kubernetes passes it on: in JSON, where one without a fraction is written as an integer and read as one.
    static func passedOn(_ value: Double) -> JSON {
        guard value.rounded() == value, value.magnitude < 1e21 else { return .double(value) }
        return Int64(ShortestDigits(value).positional).map { .integer($0) } ?? .double(value)
    }
}

extension Double {
    /// What a key that is a double becomes: Kubernetes' reader rounds it to a `Float` first, and writes that as C's `%g` would.
    var keyText: String {
        let float = Float(self)
        if float.isNaN { return ".nan" }
        if float.isInfinite { return float < 0 ? "-.inf" : ".inf" }
        let digits = ShortestDigits(float)
        return (-3...6).contains(digits.point) || digits.digits.isEmpty ? digits.positional : digits.scientific
    }
}
