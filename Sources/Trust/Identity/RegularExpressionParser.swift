/// Reads RE2's syntax (its `doc/syntax.txt`), as far as `RegularExpression` takes it.
struct RegularExpressionParser {
    private let pattern: String
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private static let depthLimit = 64
    /// RE2's own limit of a counted repetition.
    private static let repetitionLimit = 1000

    init(_ pattern: String) {
        self.pattern = pattern
        scalars = Array(pattern.unicodeScalars)
    }

    mutating func parse() throws(RegularExpressionError) -> RegularExpressionTree {
        let tree = try choice()
        guard index == scalars.count else { throw refused("has a ) without its (") }
        return tree
    }

    private func refused(_ reason: String) -> RegularExpressionError {
        RegularExpressionError(pattern: pattern, reason: "\(reason) at character \(index + 1)")
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private mutating func choice() throws(RegularExpressionError) -> RegularExpressionTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw refused("nests more than \(Self.depthLimit) groups") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(RegularExpressionError) -> RegularExpressionTree {
        var parts: [RegularExpressionTree] = []
        while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repetition()) }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition() throws(RegularExpressionError) -> RegularExpressionTree {
        let part = try atom()
        let bounds: (Int, Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if take("{") {
            bounds = try counts()
        } else {
            return part
        }
        // Lazy or not, a match of the whole text is the same.
        _ = take("?")
        if let next, "*+?{".unicodeScalars.contains(next) { throw refused("repeats a repetition") }
        return .repeated(part, minimum: bounds.0, maximum: bounds.1)
    }

    private mutating func counts() throws(RegularExpressionError) -> (Int, Int?) {
        guard let minimum = number() else { throw refused("has a { that begins no repetition") }
        var maximum: Int? = minimum
        if take(",") { maximum = next == "}" ? nil : number() ?? -1 }
        guard take("}"), minimum <= Self.repetitionLimit, (minimum...Self.repetitionLimit).contains(maximum ?? minimum) else {
            throw refused("has a repetition that isn't {n}, {n,} or {n,m} with n ≤ m ≤ \(Self.repetitionLimit)")
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit), (value ?? 0) <= Self.repetitionLimit {
            value = (value ?? 0) * 10 + Int(digit.value - 48)
            index += 1
        }
        return value
    }

    private mutating func atom() throws(RegularExpressionError) -> RegularExpressionTree {
        guard let scalar = next else { throw refused("ends too early") }
        switch scalar {
        case "(":
            index += 1
            if take("?") { guard take(":") else { throw refused("has a group with flags or a name, which isn't taken,") } }
            let tree = try choice()
            guard take(")") else { throw refused("has a ( without its )") }
            return tree
        case "[":
            index += 1
            return .set(try characterClass())
        case ".":
            index += 1
            return .set(.init(ranges: [10...10], isNegated: true))
        case "^":
            index += 1
            return .start
        case "$":
            index += 1
            return .end
        case "\\":
            index += 1
            return try escape()
        case "*", "+", "?", "{", "}", "]":
            throw refused("has \(scalar) where nothing can be repeated or closed")
        default:
            index += 1
            return .set(.init(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func escape() throws(RegularExpressionError) -> RegularExpressionTree {
        if take("A") { return .start }
        if take("z") { return .end }
        if let set = predefined() { return .set(set) }
        let value = try escapedScalar()
        return .set(.init(ranges: [value...value]))
    }

    /// `\d`, `\w`, `\s` and their opposites, which are ASCII in RE2.
    private mutating func predefined() -> RegularExpression.CharacterSet? {
        guard let scalar = next else { return nil }
        let ranges: [ClosedRange<UInt32>]
        switch scalar {
        case "d", "D": ranges = [48...57]
        case "w", "W": ranges = [48...57, 65...90, 95...95, 97...122]
        case "s", "S": ranges = [9...10, 12...13, 32...32]
        default: return nil
        }
        index += 1
        return .init(ranges: ranges, isNegated: ("A"..."Z").contains(scalar))
    }

    private mutating func escapedScalar() throws(RegularExpressionError) -> UInt32 {
        guard let scalar = next else { throw refused("ends with a backslash") }
        index += 1
        switch scalar {
        case "t": return 9
        case "n": return 10
        case "v": return 11
        case "f": return 12
        case "r": return 13
        case "a": return 7
        case "!"..."/", ":"..."@", "["..."`", "{"..."~": return scalar.value
        default: throw refused("escapes \(scalar), which isn't taken,")
        }
    }

    private mutating func characterClass() throws(RegularExpressionError) -> RegularExpression.CharacterSet {
        var set = RegularExpression.CharacterSet(ranges: [], isNegated: take("^"))
        repeat {
            if take("\\") {
                if let predefined = predefined() {
                    guard !predefined.isNegated else { throw refused("has \\D, \\W or \\S inside of [], which isn't taken,") }
                    set.ranges += predefined.ranges
                    guard next != "-" || scalars.dropFirst(index + 1).first == "]" else { throw refused("has a range from a class") }
                    continue
                }
                try range(from: escapedScalar(), into: &set)
            } else if let scalar = next, scalar != "[", scalar != "]" {
                index += 1
                try range(from: scalar.value, into: &set)
            } else {
                throw refused("has a [ without its ], or one that is empty or nested: escape [ and ] inside of it,")
            }
        } while !take("]")
        return set
    }

    private mutating func range(from first: UInt32, into set: inout RegularExpression.CharacterSet) throws(RegularExpressionError) {
        var last = first
        if next == "-", let after = scalars.dropFirst(index + 1).first, after != "]" {
            index += 1
            if take("\\") {
                guard predefined() == nil else { throw refused("has a range up to a class") }
                last = try escapedScalar()
            } else {
                guard after != "[" else { throw refused("has a [ inside of []: escape it,") }
                index += 1
                last = after.value
            }
        }
        guard first <= last else { throw refused("has a range that runs backwards") }
        set.ranges.append(first...last)
    }
}
