/// Rewrites what RE2 and Swift's regular expressions read differently.
///
/// In RE2 a `]` that comes first in a class, and a `[`, `&&`, `--` or `~~` inside one, stand for themselves; `\pL` needs no braces.
enum RE2Syntax {
    static func translated(_ pattern: String) -> String {
        var source = Array(pattern.unicodeScalars)[...]
        var result = String.UnicodeScalarView()
        while let scalar = source.popFirst() {
            switch scalar {
            case "\\": escape(&source, into: &result)
            case "[": bracketed(&source, into: &result)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Follows a backslash.
    private static func escape(_ source: inout ArraySlice<Unicode.Scalar>, into result: inout String.UnicodeScalarView) {
        result.append("\\")
        guard let escaped = source.popFirst() else { return }
        result.append(escaped)
        switch escaped {
        case "p", "P":
            guard let name = source.first, name != "{" else { return }
            source.removeFirst()
            result.append(contentsOf: "{".unicodeScalars)
            result.append(name)
            result.append("}")
        case "Q":
            // Quoted up to \E, or to the end.
            while let scalar = source.popFirst() {
                result.append(scalar)
                if scalar == "\\", source.first == "E" { return result.append(source.removeFirst()) }
            }
        default: break
        }
    }

    /// Follows the opening bracket of a class.
    private static func bracketed(_ source: inout ArraySlice<Unicode.Scalar>, into result: inout String.UnicodeScalarView) {
        result.append("[")
        if source.first == "^" { result.append(source.removeFirst()) }
        if source.first == "]" {
            source.removeFirst()
            result.append(contentsOf: "\\]".unicodeScalars)
        }
        while let scalar = source.popFirst() {
            switch scalar {
            case "\\": escape(&source, into: &result)
            case "]": return result.append("]")
            case "[" where source.first == ":":
                // [:alpha:], copied up to its end.
                result.append("[")
                while let inner = source.popFirst() {
                    result.append(inner)
                    if inner == "]" { break }
                }
            case "[": result.append(contentsOf: "\\[".unicodeScalars)
            case "-" where source.first == "]": result.append(contentsOf: "\\-".unicodeScalars)
            case "&", "~", "-":
                result.append(scalar)
                if source.first == scalar {
                    source.removeFirst()
                    result.append("\\")
                    result.append(scalar)
                }
            default: result.append(scalar)
            }
        }
    }
}
