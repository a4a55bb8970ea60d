/// Parts of queries, with what others wrote in quotes.
enum PromQL {
    /// A series by its name and the labels that it must have, those in the order of their names.
    /// - Parameter more: one more condition, such as `code!~"5.."`.
    static func selector(_ name: some StringProtocol, _ labels: [String: String], _ more: String? = nil) -> String {
        let conditions = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" } + [more].compactMap(\.self)
        return conditions.isEmpty ? String(name) : "\(name){\(conditions.joined(separator: ","))}"
    }

    /// Whether a label can have this name.
    static func isLabel(_ name: String) -> Bool {
        let isWord = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: byte == UInt8(ascii: "_")
            }
        }
        return isWord && name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
    }

    /// A string literal.
    static func quoted(_ text: some StringProtocol) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A text that a regular expression (RE2) matches as it is.
    static func escaped(_ text: some StringProtocol) -> String {
        text.map { #"\.+*?()|[]{}^$"#.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
