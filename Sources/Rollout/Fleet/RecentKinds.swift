/// Which kind was met last with a sketch: of many hosts, nearly all are of a kind that was met just before. A table that forgets, and is small
/// enough to stay at hand.
struct RecentKinds {
    private struct Entry {
        var sketch: UInt64
        /// -1: none.
        var number: Int32
    }

    private var entries = ContiguousArray(repeating: Entry(sketch: 0, number: -1), count: RecentKinds.size)

    private static let size = 1024
    /// Neighbours among which a sketch has its place.
    private static let neighbours = 4

    private static func place(of sketch: UInt64, _ neighbour: Int) -> Int {
        (Int(truncatingIfNeeded: sketch) & (size / neighbours - 1)) * neighbours + neighbour
    }

    /// The kind that was met last; nil when it is forgotten. Another kind may have the sketch as well.
    func number(of sketch: UInt64) -> Int32? {
        for neighbour in 0..<RecentKinds.neighbours {
            let entry = entries[RecentKinds.place(of: sketch, neighbour)]
            if entry.number < 0 { return nil }
            if entry.sketch == sketch { return entry.number }
        }
        return nil
    }

    mutating func note(_ number: Int32, of sketch: UInt64) {
        for neighbour in 0..<RecentKinds.neighbours {
            let place = RecentKinds.place(of: sketch, neighbour)
            guard entries[place].number < 0 || entries[place].sketch == sketch else { continue }
            entries[place] = Entry(sketch: sketch, number: number)
            return
        }
        // Whoever has been there longest is as likely to come again as any other.
        entries[RecentKinds.place(of: sketch, Int(truncatingIfNeeded: sketch >> 62))] = Entry(sketch: sketch, number: number)
    }
}
