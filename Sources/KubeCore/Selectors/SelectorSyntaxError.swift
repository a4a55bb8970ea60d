/// Why a text is no selector, and where it stops being one (in characters from 0).
public struct SelectorSyntaxError: Error, Hashable, CustomStringConvertible {
    public var text: String
    public var position: Int
    public var wanted: String

    public init(text: String, position: Int, wanted: String) {
        self.text = text
        self.position = position
        self.wanted = wanted
    }

    public var description: String { "the selector \"\(text)\": wanted \(wanted) at position \(position)" }
}
