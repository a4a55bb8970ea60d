/// Who owns which slot: what the members of a group agree on.
struct ShardTable: Sendable, Hashable {
    /// By slot; nil: nobody.
    var owners: [String?]
    /// How often it was written: no two tables that follow one another are alike, so that each write takes a resource version.
    var number = 0

    init(owners: [String?]) { self.owners = owners }

    /// Nobody owns anything.
    init(slots: Int) { owners = Array(repeating: nil, count: slots) }

    /// The number, a colon, and names by slot, separated by spaces; `-` for nobody: `7: a b - a`.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count > 1, words[0].last == ":", let number = Int(words[0].dropLast()), !words.contains("") else { return nil }
        self.number = number
        owners = words.dropFirst().map { $0 == "-" ? nil : String($0) }
    }

    var text: String { "\(number): " + owners.map { $0 ?? "-" }.joined(separator: " ") }

    func slots(of member: String) -> Set<Int> { Set(owners.indices.filter { owners[$0] == member }) }

    /// How slots should be shared: evenly to within one, and with as few changes of hands as that takes. Each who computes it from the
    /// same table and the same members finds the same.
    /// - Parameter members: those who live; others own nothing.
    func shared(among members: Set<String>) -> ShardTable {
        guard !members.isEmpty else {
            var table = self
            table.owners = owners.map { _ in nil }
            return table
        }
        var held: [String: Int] = Dictionary(uniqueKeysWithValues: members.map { ($0, 0) })
        for owner in owners { if let owner, held[owner] != nil { held[owner]! += 1 } }
        // Who has most keeps most: it is they who would have to give away.
        let order = members.sorted { (held[$1]!, $0) < (held[$0]!, $1) }
        var quota: [String: Int] = [:]
        for (index, member) in order.enumerated() {
            quota[member] = owners.count / order.count + (index < owners.count % order.count ? 1 : 0)
        }
        var table = self
        for (slot, owner) in owners.enumerated() {
            if let owner, let left = quota[owner], left > 0 { quota[owner] = left - 1 } else { table.owners[slot] = nil }
        }
        var takers = order.filter { quota[$0]! > 0 }
        var next = 0
        for slot in table.owners.indices where table.owners[slot] == nil {
            // In turn, so that neighbours do not all go the same way.
            let taker = takers[next % takers.count]
            table.owners[slot] = taker
            quota[taker]! -= 1
            if quota[taker]! == 0 { takers.remove(at: next % takers.count) } else { next += 1 }
        }
        return table
    }
}
