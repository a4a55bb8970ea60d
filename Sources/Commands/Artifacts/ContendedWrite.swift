import ProgramOptions

/// Adds to a document that others write as well, in a place that has no conditional writes: who reads before us and writes after us takes ours
/// away. So it is looked for afterwards, twice and with pauses, and written again; no promise, but the odds of losing are small.
struct ContendedWrite {
    /// What to say when others win each time.
    var failure: String

    private static let attempts = 12

    /// - Parameter attempt: whether ours is there; when it is not, writes it first.
    func settle(_ attempt: () async throws -> Bool) async throws {
        var looks = 0
        for _ in 0..<Self.attempts {
            looks = try await attempt() ? looks + 1 : 0
            if looks == 2 { return }
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...80)))
        }
        throw CommandError("\(failure) (\(Self.attempts) attempts); try again")
    }
}
