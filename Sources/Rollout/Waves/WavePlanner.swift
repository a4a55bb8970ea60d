import GraftAPI

/// Computes cutoffs: where a step ends, and how far the next wave goes on the way there.
struct WavePlanner {
    let roster: Roster
    /// Groups of hosts in the order in which they are taken, where it goes zone by zone; else nil.
    private let order: [Int]?

    init(_ roster: Roster, _ strategy: Strategy) {
        self.roster = roster
        let zones = roster.fleet.zones
        guard strategy.spread == .zoneByZone, roster.fleet.isZoned else {
            order = nil
            return
        }
        func place(_ zone: Int) -> Int { strategy.zoneOrder.firstIndex(of: zones[zone]) ?? strategy.zoneOrder.count }
        order = zones.indices.sorted { (place($0), $0) < (place($1), $1) }
    }

    /// The cutoffs below which ⌈weight × hosts⌉ of the Ready, compatible hosts lie, spread over zones by largest remainder.
    func goal(of weight: Weight) -> CutoffMap {
        guard weight < .all else { return .all }
        let hosts = roster.placed(\.standing.isEligible)
        let eligible = counts(hosts) { _ in true }
        let shares = split(weight.count(of: eligible.reduce(0, +)), over: eligible)
        var cutoffs = explicit(.none)
        for (group, cutoff) in places(of: shares, hosts, { _ in true }).enumerated() where eligible[group] > 0 {
            cutoffs[name(of: group)] = cutoff ?? .first
        }
        return CutoffMap(cutoffs)
    }

    /// The cutoffs of the next wave: as far towards `goal` as `budget` hosts that must change allow. Hosts that need no change cost
    /// nothing, hosts that can't change now come along and catch up later.
    func next(from cutoffs: CutoffMap, to goal: CutoffMap, budget: Int) -> CutoffMap {
        let (begin, end) = (ZoneCutoffs(cutoffs, fleet.zones), ZoneCutoffs(goal, fleet.zones))
        let hosts = roster.placed(\.costsBudget)
        func isPending(_ entry: Roster.Entry) -> Bool { !begin.admits(entry.zone, entry.rank) && end.admits(entry.zone, entry.rank) }
        var pending = counts(hosts, isPending)
        // The first zone that is not done is a wave of its own.
        if let current = order?.first(where: { pending[$0] > 0 }), pending.count(where: { $0 > 0 }) > 1 {
            for group in pending.indices where group != current { pending[group] = 0 }
            if pending[current] <= budget {
                var entries = explicit(cutoffs)
                entries[name(of: current)] = goal[name(of: current)]
                return cutoffs.merged(with: CutoffMap(entries))
            }
        }
        guard pending.reduce(0, +) > budget else { return cutoffs.merged(with: goal) }
        var entries = explicit(cutoffs)
        for (group, cutoff) in places(of: split(budget, over: pending), hosts, isPending).enumerated() {
            if let cutoff { entries[name(of: group)] = cutoff }
        }
        return cutoffs.merged(with: CutoffMap(entries))
    }

    /// A number of hosts over the groups: in proportion to their sizes, or one group after another.
    private func split(_ total: Int, over sizes: [Int]) -> [Int] {
        guard let order else { return Apportionment.split(total, over: sizes) }
        var left = total
        var shares = sizes.map { _ in 0 }
        for group in order {
            shares[group] = min(left, sizes[group])
            left -= shares[group]
        }
        return shares
    }

    private var fleet: FleetIndex { roster.fleet }

    /// An entry for each zone there is, so that raising the empty zone's raises no other.
    private func explicit(_ cutoffs: CutoffMap) -> [String: Rank] {
        fleet.isZoned ? Dictionary(uniqueKeysWithValues: fleet.zones.map { ($0, cutoffs[$0]) }) : [:]
    }

    /// Hosts are counted by zone while waves are spread over zones, else together.
    private func group(of entry: Roster.Entry) -> Int { fleet.isZoned ? Int(entry.zone) : 0 }
    private func name(of group: Int) -> String { fleet.isZoned ? fleet.zones[group] : "" }

    private func counts(_ hosts: Roster.Selection, _ matches: (Roster.Entry) -> Bool) -> [Int] {
        var counts = Array(repeating: 0, count: fleet.isZoned ? fleet.zones.count : 1)
        for entry in hosts where matches(entry) { counts[group(of: entry)] += 1 }
        return counts
    }

    /// The smallest cutoff of each group below which so many matching hosts lie; nil where none is wanted.
    private func places(of shares: [Int], _ hosts: Roster.Selection, _ matches: (Roster.Entry) -> Bool) -> [Rank?] {
        var places: [Rank?] = shares.map { _ in nil }
        var left = shares
        for entry in hosts where matches(entry) {
            let group = group(of: entry)
            guard left[group] > 0 else { continue }
            left[group] -= 1
            if left[group] == 0 { places[group] = entry.rank.next }
        }
        return places
    }
}
