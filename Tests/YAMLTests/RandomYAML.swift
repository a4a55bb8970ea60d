import JSON

/// SplitMix64: the same values for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension JSON {
    /// A value with at most `depth` arrays and objects inside one another, of a few members each.
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(Bool.random(using: &generator) ? Int64(generator.next() % 100) : Int64(bitPattern: generator.next()))
        case 3:
            let double = Double(bitPattern: generator.next())
            return .double(double.isFinite ? double : Double(generator.next() % 1000) / 8)
        case 4, 5: return .string(randomText(using: &generator))
        case 6, 7:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            var members = JSONObject()
            for _ in 0..<Int.random(in: 0..<6, using: &generator) {
                members[randomText(using: &generator)] = random(depth: depth - 1, using: &generator)
            }
            return .object(members)
        }
    }

    private static let alphabet = Array(
        "aby1 .-:#\n\t|>\"'{}[],&*!%@`?~=<éä😀\u{0}\u{7F}\u{85}\u{A0}\u{2028}\u{FEFF}\u{FFFF}".unicodeScalars)

    static func randomText(using generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<8, using: &generator) { text.append(alphabet.randomElement(using: &generator)!) }
        return String(text)
    }
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
    /// A few bytes changed, removed, doubled or put in, preferably such as mean something in YAML.
    func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        let telling = Array("{}[]\"',:\\-|>?&*!%#~<01e. \n\t\u{80}\u{C3}\u{FF}".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0...bytes.count, using: &generator)
            let byte = Bool.random(using: &generator) ? telling.randomElement(using: &generator)! : UInt8(generator.next() & 0xFF)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.insert(byte, at: position)
            case 1 where position < bytes.count: bytes[position] = byte
            case 2 where position < bytes.count: bytes.remove(at: position)
            default:
                let end = Swift.min(bytes.count, position + Int.random(in: 0..<9, using: &generator))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            }
        }
        return bytes
    }
}
