/// A field that a server-side apply wanted to set, and the manager who owns it with another value.
public struct FieldConflict: Sendable, Hashable, CustomStringConvertible {
    /// As in `.spec.replicas` or `.spec.containers[name="app"].image`.
    public var field: String
    /// Who owns the field.
    public var manager: String
    /// Through which subresource the manager wrote.
    public var subresource: String?
    /// The version of the API in which the manager wrote, when it updated rather than applied.
    public var apiVersion: String?
    /// When the manager wrote last, if it updated rather than applied and the server tells.
    public var time: Timestamp?

    /// Made of its members.
    public init(field: String, manager: String, subresource: String? = nil, apiVersion: String? = nil, time: Timestamp? = nil) {
        self.field = field
        self.manager = manager
        self.subresource = subresource
        self.apiVersion = apiVersion
        self.time = time
    }

    public var description: String { "\(field) is owned by \(manager)" + (subresource.map { " (through \($0))" } ?? "") }
}

extension KubeError {
    /// Who owns what a server-side apply without `force` wanted to set; empty for every other error.
    public var fieldConflicts: [FieldConflict] {
        causes.filter { $0.reason == "FieldManagerConflict" }.map { cause in
            var reader = OwnerText(rest: cause.message[...])
            return reader.conflict(over: cause.field) ?? FieldConflict(field: cause.field, manager: cause.message)
        }
    }
}

/// Reads how servers name a manager: `conflict with "kubectl" with subresource "status" using apps/v1 at 2026-01-01T00:00:00Z`.
private struct OwnerText {
    var rest: Substring

    /// Nil when the text is of another kind.
    mutating func conflict(over field: String) -> FieldConflict? {
        guard skip("conflict with "), let manager = quoted() else { return nil }
        var conflict = FieldConflict(field: field, manager: manager)
        if skip(" with subresource ") {
            guard let subresource = quoted() else { return nil }
            conflict.subresource = subresource
        }
        if skip(" using ") { conflict.apiVersion = word() }
        if skip(" at ") { conflict.time = Timestamp(word()) }
        return conflict
    }

    private mutating func skip(_ text: String) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
    }

    private mutating func word() -> String {
        let word = rest.prefix { $0 != " " }
        rest = rest[word.endIndex...]
        return String(word)
    }

    /// A string literal of Go.
    private mutating func quoted() -> String? {
        guard rest.first == "\"" else { return nil }
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let character = rest.unicodeScalars.popFirst() {
            if character == "\"" { return String(text) }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard let escape = rest.unicodeScalars.popFirst() else { return nil }
            switch escape {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "r": text.append("\r")
            case "x", "u", "U":
                let length = escape == "x" ? 2 : escape == "u" ? 4 : 8
                let digits = String(rest.unicodeScalars.prefix(length))
                guard digits.utf8.count == length, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
                    return nil
                }
                text.append(scalar)
                rest.unicodeScalars.removeFirst(length)
            default: text.append(escape)
            }
        }
        return nil
    }
}
