import JSON

extension ColumnPath {
    /// Nil when the text is no path of this kind.
    init?(_ text: String) {
        var parser = ColumnPathParser(text)
        guard let steps = parser.steps(until: nil) else { return nil }
        self.init(steps: steps)
    }
}

/// Reads `.a.b[0].c`, `.status.conditions[?(@.type=="Ready")].status`, `.metadata.annotations.x\.y`, `['a.b']`, `[*]`, `[1:]`.
private struct ColumnPathParser {
    private var rest: ArraySlice<Character>

    init(_ text: String) {
        rest = Array(text)[...]
        if rest.first == "$" { rest.removeFirst() }
    }

    /// Steps up to the end, or up to one of the characters that end a filter's path.
    mutating func steps(until ends: Set<Character>?) -> [ColumnPath.Step]? {
        var steps: [ColumnPath.Step] = []
        while let character = rest.first, !(ends?.contains(character) ?? false) {
            switch character {
            case ".":
                rest.removeFirst()
                // A dot alone is the root.
                if rest.isEmpty || rest.first == "[" || ends.map({ $0.contains(rest.first!) }) ?? false { continue }
                guard let name = name(until: ends) else { return nil }
                steps.append(name == "*" ? .everything : .member(name.replacing("\\*", with: "*")))
            case "[":
                rest.removeFirst()
                guard let step = bracketed() else { return nil }
                steps.append(step)
            default:
                guard steps.isEmpty, let name = name(until: ends) else { return nil }
                steps.append(.member(name))
            }
        }
        return steps
    }

    /// A member's name, in which a backslash keeps what follows it from meaning anything.
    private mutating func name(until ends: Set<Character>?) -> String? {
        var name = ""
        while let character = rest.first, character != ".", character != "[", !(ends?.contains(character) ?? false) {
            rest.removeFirst()
            if character == "\\" {
                guard let escaped = rest.popFirst() else { return nil }
                name.append(escaped)
            } else {
                name.append(character)
            }
        }
        return name.isEmpty ? nil : name
    }

    /// Follows `[`, up to and with `]`.
    private mutating func bracketed() -> ColumnPath.Step? {
        switch rest.first {
        case "'", "\"":
            guard let name = quoted(), rest.popFirst() == "]" else { return nil }
            return .member(name)
        case "?": return filter()
        default:
            guard let end = rest.firstIndex(of: "]") else { return nil }
            let content = String(rest[..<end])
            rest = rest[(end + 1)...]
            if content == "*" { return .everything }
            if let index = Int(content) { return .element(index) }
            let bounds = content.split(separator: ":", omittingEmptySubsequences: false)
            guard bounds.count == 2, bounds.allSatisfy({ $0.isEmpty || Int($0) != nil }) else { return nil }
            return .slice(from: Int(bounds[0]), to: Int(bounds[1]))
        }
    }

    private mutating func filter() -> ColumnPath.Step? {
        guard rest.popFirst() == "?", rest.popFirst() == "(", rest.popFirst() == "@" else { return nil }
        guard let steps = steps(until: ["=", "!", "<", ">", ")", " "]) else { return nil }
        var filter = ColumnPath.Filter(path: ColumnPath(steps: steps))
        skipSpaces()
        if rest.first != ")" {
            guard let comparison = ColumnPath.Filter.Comparison.allCases.first(where: { rest.starts(with: Array($0.rawValue)) }) else {
                return nil
            }
            rest.removeFirst(comparison.rawValue.count)
            skipSpaces()
            guard let literal = literal() else { return nil }
            filter.comparison = (comparison, literal)
            skipSpaces()
        }
        guard rest.popFirst() == ")", rest.popFirst() == "]" else { return nil }
        return .filter(filter)
    }

    private mutating func literal() -> JSON? {
        if rest.first == "'" || rest.first == "\"" { return quoted().map(JSON.string) }
        let word = String(rest.prefix { $0 != ")" && $0 != " " })
        rest.removeFirst(word.count)
        switch word {
        case "true": return true
        case "false": return false
        default: return Int64(word).map(JSON.integer) ?? Double(word).map(JSON.double)
        }
    }

    private mutating func quoted() -> String? {
        guard let quote = rest.popFirst() else { return nil }
        var text = ""
        while let character = rest.popFirst() {
            if character == quote { return text }
            if character == "\\", let escaped = rest.popFirst() { text.append(escaped) } else { text.append(character) }
        }
        return nil
    }

    private mutating func skipSpaces() {
        while rest.first == " " { rest.removeFirst() }
    }
}
