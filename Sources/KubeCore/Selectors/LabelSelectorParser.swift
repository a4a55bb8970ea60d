/// Reads the requirements of a label selector's text form one after another.
struct LabelSelectorParser {
    private let text: String
    private let characters: [Character]
    private var position = 0
    /// Whether the requirement read last was written with `=` or `==`.
    private(set) var lastWasEquality = false

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    /// The next requirement; nil at the end.
    mutating func next() throws(SelectorSyntaxError) -> LabelSelector.Requirement? {
        skipSpace()
        if position == characters.count {
            // `a,` is an error, an empty selector is none.
            if characters.last(where: { !$0.isWhitespace }) == "," { throw error("a requirement") }
            return nil
        }
        lastWasEquality = false
        if skip("!") {
            let key = try key()
            try endOfRequirement()
            return .init(key: key, operator: .doesNotExist)
        }
        let requirement = try comparison(try key())
        try endOfRequirement()
        return requirement
    }

    private mutating func comparison(_ key: String) throws(SelectorSyntaxError) -> LabelSelector.Requirement {
        skipSpace()
        if skip("!") {
            guard skip("=") else { throw error("=") }
            return .init(key: key, operator: .notIn, values: [try value()])
        }
        if skip("=") {
            _ = skip("=")
            lastWasEquality = true
            return .init(key: key, operator: .isIn, values: [try value()])
        }
        if position == characters.count || characters[position] == "," { return .init(key: key, operator: .exists) }
        let start = position
        let word = word()
        guard word == "in" || word == "notin" else {
            position = start
            throw error("=, !=, in, notin or a comma")
        }
        return .init(key: key, operator: word == "in" ? .isIn : .notIn, values: try values())
    }

    private mutating func values() throws(SelectorSyntaxError) -> [String] {
        skipSpace()
        guard skip("(") else { throw error("(") }
        var values: [String] = []
        repeat { values.append(try value()) } while skip(",")
        guard skip(")") else { throw error(") or a comma") }
        return values
    }

    private mutating func key() throws(SelectorSyntaxError) -> String {
        skipSpace()
        let start = position
        let key = word()
        guard LabelSyntax.isKey(key) else {
            position = start
            throw error("a label key")
        }
        return key
    }

    /// May be empty.
    private mutating func value() throws(SelectorSyntaxError) -> String {
        skipSpace()
        let start = position
        let value = word()
        guard LabelSyntax.isValue(value) else {
            position = start
            throw error("a label value")
        }
        skipSpace()
        return value
    }

    private mutating func endOfRequirement() throws(SelectorSyntaxError) {
        skipSpace()
        guard position == characters.count || skip(",") else { throw error("a comma") }
    }

    private mutating func word() -> String {
        let start = position
        while position < characters.count, !characters[position].isWhitespace, !"=!,()".contains(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard position < characters.count, characters[position] == character else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private func error(_ wanted: String) -> SelectorSyntaxError { SelectorSyntaxError(text: text, position: position, wanted: wanted) }
}
