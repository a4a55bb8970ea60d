import JSON

/// A regular expression that decides about trust: it means what RE2 means by the same text, matches only a text as a whole, and takes
/// time that grows with the product of pattern and text, whatever both are.
///
/// What is taken of RE2's syntax: literals; `.`; classes `[a-z]`, `[^/]` and `\d \w \s \D \W \S`; escaped punctuation and
/// `\t \n \r \f \v \a`; groups `(…)` and `(?:…)`; `|`; `* + ? {n} {n,} {n,m}`, each also lazy; `^ $ \A \z` for the text's ends. All
/// else is refused, rather than read as another dialect would.
package struct RegularExpression: Sendable, Hashable {
    package let pattern: String
    let program: [Instruction]

    /// Bytes of a pattern, steps it compiles to, and bytes of a text it is matched with, at most. A longer text isn't matched.
    static let patternLimit = 2048
    static let programLimit = 4096
    static let textLimit = 8192

    /// A step of Thompson's automaton; numbers are indices of steps.
    enum Instruction: Sendable, Hashable {
        case take(CharacterSet)
        case split(Int, Int)
        case jump(Int)
        case atStart(Int)
        case atEnd(Int)
        case accept
    }

    /// Unicode scalars, as ordered ranges, or all others.
    struct CharacterSet: Sendable, Hashable {
        var ranges: [ClosedRange<UInt32>]
        var isNegated = false

        func contains(_ scalar: UInt32) -> Bool {
            for range in ranges where range.contains(scalar) { return !isNegated }
            return isNegated
        }
    }

    package init(_ pattern: String) throws(RegularExpressionError) {
        guard !pattern.isEmpty else { throw RegularExpressionError(pattern: pattern, reason: "is empty") }
        guard pattern.utf8.count <= Self.patternLimit else {
            throw RegularExpressionError(pattern: String(pattern.prefix(64)) + "…", reason: "is longer than \(Self.patternLimit) bytes")
        }
        var parser = RegularExpressionParser(pattern)
        let tree = try parser.parse()
        var compiler = RegularExpressionCompiler()
        guard compiler.compile(tree) else {
            throw RegularExpressionError(pattern: pattern, reason: "repeats too much: it needs more than \(Self.programLimit) steps")
        }
        self.pattern = pattern
        program = compiler.program
    }
}

/// Why a regular expression isn't taken.
package struct RegularExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    package var pattern: String
    package var reason: String

    package var description: String {
        "the regular expression \"\(pattern.printable)\" \(reason.printable); write special characters with a backslash before them, and use what RE2 has"
    }
}
