/// When a host looks for signatures that were found later: soon, but not all hosts at once; then less and less often, as long as it wants any.
struct SignatureSchedule: Sendable {
    private struct Entry: Sendable {
        /// Of the policies that made it want them.
        var stamp: Int
        var due: Duration
        var looks = 0
    }

    /// Hosts look for the first time within it, by rank; again after that long, and then after twice as long each time.
    let spread: Duration
    /// Pauses are at most this many times `spread`.
    static let longestPause = 10
    private var entries: [InstalledRevision: Entry] = [:]

    init(spread: Duration) { self.spread = spread }

    /// Takes in what is wanted now, and by the policies of which stamp. What was looked for under other policies is looked for as if for the first time.
    /// - Parameter place: this host's among all, from 0 up to 1, for each revision.
    mutating func want(_ wanted: [InstalledRevision: Int], now: Duration, place: (InstalledRevision) -> Double) {
        entries = entries.filter { wanted[$0.key] != nil }
        for (revision, stamp) in wanted where entries[revision]?.stamp != stamp {
            entries[revision] = Entry(stamp: stamp, due: now + spread * place(revision))
        }
    }

    var nextDue: Duration? { entries.values.map(\.due).min() }

    /// What to look for now, the longest overdue first.
    func due(now: Duration) -> InstalledRevision? {
        entries.filter { $0.value.due <= now }.min { ($0.value.due, $0.key.revision) < ($1.value.due, $1.key.revision) }?.key
    }

    /// It was looked for, whatever came of it.
    /// - Parameter random: from 0 up to 1.
    mutating func looked(_ revision: InstalledRevision, now: Duration, random: Double) {
        guard var entry = entries[revision] else { return }
        let factor = min(1 << min(entry.looks, 16), Self.longestPause)
        entry.looks += 1
        entry.due = now + spread * factor * (0.75 + random / 2)
        entries[revision] = entry
    }
}
