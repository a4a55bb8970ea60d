/// Input that is made to cost as much as it can, and what has to come of it.
struct Case: Sendable {
    /// What was made of the input, in a word: a failure's name, or what was kept of it.
    typealias Verdict = String

    let name: String
    /// How the input's size reads.
    let size: String
    /// What has to come out of it.
    let wanted: Verdict
    /// Makes the input, whose memory does not count, and gives what is measured.
    let prepare: @Sendable () throws -> @Sendable () async throws -> Verdict

    init(
        _ name: String, _ size: String, _ wanted: Verdict,
        _ prepare: @escaping @Sendable () throws -> @Sendable () async throws -> Verdict
    ) {
        (self.name, self.size, self.wanted, self.prepare) = (name, size, wanted, prepare)
    }

    static let all: [Case] = registry + documents + certificates + patterns
}

/// Nothing of it may take longer, or more memory beyond its input.
enum Aim {
    static let seconds = 5.0
    static let bytes = 128 << 20
}
