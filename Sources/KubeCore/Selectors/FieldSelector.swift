/// Selects by fields the server has declared selectable; every requirement must hold. Empty selects everything.
public struct FieldSelector: Sendable, Hashable {
    /// A field, and the value it must or must not have.
    public struct Requirement: Sendable, Hashable {
        /// As in `metadata.name` or `spec.class`.
        public var field: String
        /// Compared as text.
        public var value: String
        /// Whether the field must equal the value or differ from it.
        public var equals: Bool

        /// Made of its members.
        public init(field: String, value: String, equals: Bool = true) {
            self.field = field
            self.value = value
            self.equals = equals
        }
    }

    /// All must hold; none selects everything.
    public var requirements: [Requirement]

    /// Selects what meets all requirements.
    public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// The form in queries: `spec.class=edge,metadata.name!=a`. A backslash stands before `\`, `,` and `=` within values.
    public var text: String {
        requirements.map { "\($0.field)\($0.equals ? "=" : "!=")\(escaped($0.value))" }.joined(separator: ",")
    }

    /// Reads the text form (`k8s.io/apimachinery/pkg/fields`): `=`, `==` and `!=`.
    public init(_ text: String) throws(SelectorSyntaxError) {
        requirements = []
        var offset = 0
        for part in splitAtCommas(text) {
            if !part.isEmpty { requirements.append(try Self.requirement(part, at: offset, in: text)) }
            offset += part.count + 1
        }
    }

    /// - Parameter field: the value of a field; nil when the object has none, which counts as empty.
    public func matches(_ field: (String) -> String?) -> Bool {
        requirements.allSatisfy { ((field($0.field) ?? "") == $0.value) == $0.equals }
    }

    private static func requirement(_ part: [Character], at offset: Int, in text: String) throws(SelectorSyntaxError) -> Requirement {
        guard let sign = part.firstIndex(where: { $0 == "=" || $0 == "!" }) else {
            throw SelectorSyntaxError(text: text, position: offset + part.count, wanted: "= or !=")
        }
        let field = String(part[..<sign])
        guard !field.isEmpty else { throw SelectorSyntaxError(text: text, position: offset, wanted: "a field") }
        var start = sign + 1
        let equals = part[sign] == "="
        if !equals || (start < part.count && part[start] == "=") {
            guard start < part.count, part[start] == "=" else {
                throw SelectorSyntaxError(text: text, position: offset + start, wanted: "=")
            }
            start += 1
        }
        return Requirement(field: field, value: try unescaped(part[start...], at: offset, in: text), equals: equals)
    }
}

extension FieldSelector: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Requirement(field: $0, value: $1) })
    }
}

private func escaped(_ value: String) -> String {
    var text = ""
    for character in value {
        if character == "\\" || character == "," || character == "=" { text.append("\\") }
        text.append(character)
    }
    return text
}

private func unescaped(_ value: ArraySlice<Character>, at offset: Int, in text: String) throws(SelectorSyntaxError) -> String {
    var result = ""
    var index = value.startIndex
    while index < value.endIndex {
        var character = value[index]
        if character == "\\" {
            index += 1
            guard index < value.endIndex, "\\,=".contains(value[index]) else {
                throw SelectorSyntaxError(text: text, position: offset + index, wanted: "\\, a comma or = after a backslash")
            }
            character = value[index]
        } else if character == "=" {
            throw SelectorSyntaxError(text: text, position: offset + index, wanted: "a value with its = escaped")
        }
        result.append(character)
        index += 1
    }
    return result
}

private func splitAtCommas(_ text: String) -> [[Character]] {
    var parts: [[Character]] = [[]]
    var isEscaped = false
    for character in text {
        if character == ",", !isEscaped {
            parts.append([])
        } else {
            parts[parts.count - 1].append(character)
        }
        isEscaped = character == "\\" && !isEscaped
    }
    return parts
}
