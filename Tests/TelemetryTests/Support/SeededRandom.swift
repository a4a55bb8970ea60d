/// Random numbers that are the same in each run (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

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
