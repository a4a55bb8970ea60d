import JSON
import Randomness

extension JSON {
    /// With texts of what JSON escapes, and of one to four bytes a character.
    static func random(depth: Int, using generator: inout SeededRandom) -> JSON {
        random(depth: depth, alphabet: alphabet, using: &generator)
    }

    private static let alphabet: [Unicode.Scalar] = [
        "a", "b", "é", "€", "😀", "\"", "\\", "/", "\n", "\u{0}", "\u{7F}", "\u{2028}", " ", "~",
    ]

    static func randomText(using generator: inout SeededRandom) -> String { randomText(of: alphabet, using: &generator) }
}

extension [UInt8] {
    /// Preferably with such as mean something in JSON.
    func mutated(using generator: inout SeededRandom) -> [UInt8] { mutated(with: Self.telling, using: &generator) }

    private static let telling = Array(
        "{}[]\",:\\u0-.eE1tfn \n\u{80}\u{C3}\u{FF}".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
}
