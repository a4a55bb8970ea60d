import GraftAPI

/// Cutoffs by zone. The empty zone stands for every zone without an entry; without it, such zones run no canary.
struct CutoffMap: Hashable, Sendable {
    private(set) var entries: [String: Rank] = [:]

    /// No host.
    static let none = CutoffMap()
    /// Every host, those that join later as well.
    static let all = CutoffMap(["": .end])

    init() {}

    init(_ entries: [String: Rank]) {
        self.entries = entries
        simplify()
    }

    init(_ list: [Cutoff]) { self.init(Dictionary(list.map { ($0.zone, Rank(value: $0.below)) }) { max($0, $1) }) }

    subscript(zone: String) -> Rank { entries[zone] ?? entries[""] ?? .lowest }

    func admits(zone: String, rank: Rank) -> Bool { rank < self[zone] }

    /// The larger of both, zone by zone: cutoffs only ever grow within a rollout.
    func merged(with other: CutoffMap) -> CutoffMap {
        var merged: [String: Rank] = [:]
        for zone in Set(entries.keys).union(other.entries.keys).union([""]) { merged[zone] = max(self[zone], other[zone]) }
        return CutoffMap(merged)
    }

    /// Whether every host that `other` admits is admitted.
    func covers(_ other: CutoffMap) -> Bool {
        Set(entries.keys).union(other.entries.keys).union([""]).allSatisfy { self[$0] >= other[$0] }
    }

    /// As far as this, zone by zone, and no further.
    func capped(at rank: Rank) -> CutoffMap { CutoffMap(entries.mapValues { min($0, rank) }) }

    /// For plan and status: sorted by zone. Nobody is said by 0, since without an order no place lies below it; with one, every zone has at least the
    /// beginning of the group that is asked.
    var list: [Cutoff] { entries.keys.sorted().map { Cutoff(zone: $0, below: entries[$0] == .lowest ? .first : entries[$0]!) } }

    /// Leaves out what the empty zone says already, so that equal maps are written equally.
    private mutating func simplify() {
        let rest = entries[""] ?? .lowest
        entries = entries.filter { $0.key.isEmpty ? $0.value > .lowest : $0.value != rest }
    }
}

/// The cutoffs of the zones of one fleet, in their order: to be asked for every host of it.
struct ZoneCutoffs {
    private let values: [Int64]

    init(_ map: CutoffMap, _ zones: [String]) { values = zones.map { map[$0].value } }

    func admits(_ zone: Int32, _ rank: Rank) -> Bool { rank.value < values[Int(zone)] }
}

extension Rank {
    /// Below every rank: a cutoff that admits nobody of the last group, or of all where there is one group.
    static let first = Rank(value: 0)
    /// The smallest cutoff that admits this rank.
    var next: Rank { Rank(value: value + 1) }
}
