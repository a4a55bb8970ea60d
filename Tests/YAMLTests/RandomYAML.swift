import JSON
import Randomness

extension JSON {
    /// With texts of what means something in YAML, and of what it escapes.
    static func random(depth: Int, using generator: inout SeededRandom) -> JSON {
        random(depth: depth, alphabet: alphabet, using: &generator)
    }

    private static let alphabet = Array(
        "aby1 .-:#\n\t|>\"'{}[],&*!%@`?~=<éä😀\u{0}\u{7F}\u{85}\u{A0}\u{2028}\u{FEFF}\u{FFFF}".unicodeScalars)

    static func randomText(using generator: inout SeededRandom) -> String { randomText(of: alphabet, using: &generator) }
}

extension JSON {
    /// The value with doubles without a fraction as the integers that they are read back as.
    var passedOn: JSON {
        switch self {
        case .double(let value):
            guard value.rounded() == value, value.magnitude < 1e21 else { return self }
            // What is written has no more digits than it needs, zeros behind them.
            let decimal = "\(value)".split(separator: "e").map(String.init)
            guard decimal.count == 2, let exponent = Int(decimal[1]) else { return Int64(exactly: value).map { .integer($0) } ?? self }
            let digits = decimal[0].filter { $0 != "." }
            let fraction = decimal[0].split(separator: ".").dropFirst().first ?? ""
            let places = exponent - (fraction == "0" ? 0 : fraction.count)
            let text = (fraction == "0" ? String(digits.dropLast()) : digits) + String(repeating: "0", count: max(0, places))
            return Int64(text).map { .integer($0) } ?? self
        case .array(let elements): return .array(elements.map(\.passedOn))
        case .object(let members):
            var passed = JSONObject()
            for (key, value) in members { passed[key] = value.passedOn }
            return .object(passed)
        default: return self
        }
    }
}

extension [UInt8] {
    /// Preferably with such as mean something in YAML.
    func mutated(using generator: inout SeededRandom) -> [UInt8] { mutated(with: Self.telling, using: &generator) }

    private static let telling = Array(
        "{}[]\"',:\\-|>?&*!%#~<01e. \n\t\u{80}\u{C3}\u{FF}".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
}
