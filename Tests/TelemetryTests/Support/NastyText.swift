import Randomness

extension SeededRandom {
    /// A text of what formats stumble over.
    mutating func nastyText(upTo length: Int = 8) -> String {
        let pieces = [
            "\\", "\"", "\n", "\r", "\t", "{", "}", ",", "=", " ", "#", "\u{0}", "\u{1F}", "\u{7F}", "é", "e\u{301}", "日本", "\u{2028}", "👩‍👩‍👧",
            "a", "n", "le",
            "_total", "1", "0", ":", "\u{FFFD}", "\u{FEFF}",
        ]
        return (0..<Int.random(in: 0...length, using: &self)).map { _ in pieces.randomElement(using: &self)! }.joined()
    }
}
