/// What a policy wants a text to be: exactly this, or as a whole matched by a regular expression.
package struct TextRequirement: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Sendable, Hashable {
        case exact(String)
        case expression(RegularExpression)
    }

    private let kind: Kind

    /// Equality of bytes; nothing is folded or normalised.
    package static func exact(_ text: String) throws(IdentityFailure) -> TextRequirement {
        guard !text.isEmpty else { throw .policyInvalid("an empty text, which would be every certificate's that lacks it") }
        return TextRequirement(kind: .exact(text))
    }

    /// The expression has to match from the first character to the last, also where it doesn't say so.
    package static func matching(_ pattern: String) throws(IdentityFailure) -> TextRequirement {
        do throws(RegularExpressionError) {
            return TextRequirement(kind: .expression(try RegularExpression(pattern)))
        } catch {
            throw .policyInvalid(error.description)
        }
    }

    package func accepts(_ text: String) -> Bool {
        switch kind {
        case .exact(let wanted): text.isIdentical(to: wanted)
        case .expression(let expression): expression.matches(text)
        }
    }

    /// The text that alone is accepted; nil for an expression.
    var exactText: String? {
        guard case .exact(let text) = kind else { return nil }
        return text
    }

    package var description: String {
        switch kind {
        case .exact(let text): "\"\(text)\""
        case .expression(let expression): "a match of /\(expression.pattern)/"
        }
    }
}
