import JSON

/// Why a text is no selector, and where it stops being one (in characters from 0).
public struct SelectorSyntaxError: Error, Hashable, CustomStringConvertible {
    /// What was to be read.
    public var text: String
    /// In characters, from 0.
    public var position: Int
    /// What could have stood there.
    public var wanted: String

    /// Made of its members.
    public init(text: String, position: Int, wanted: String) {
        self.text = text
        self.position = position
        self.wanted = wanted
    }

    public var description: String { "the selector \"\(text.printable)\": wanted \(wanted) at position \(position)" }
}
