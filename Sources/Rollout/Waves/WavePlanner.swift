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
        guard weight > .none else { return .none }
        let hosts = roster.placed(\.standing.isEligible)
        var left = weight.count(of: hosts.count)
        // Groups of the order that are asked whole.
        var level = fleet.topLevel
        var eligible = counts(hosts) { $0.rank.level == level }
        while level > 0, left >= eligible.reduce(0, +) {
            left -= eligible.reduce(0, +)
            level -= 1
            eligible = counts(hosts) { $0.rank.level == level }
        }
        let shares = split(left, over: eligible)
        let floor = floor(of: level)
        var cutoffs = explicit(.none, atLeast: floor)
        for (group, cutoff) in places(of: shares, hosts, { $0.rank.level == level }).enumerated() where eligible[group] > 0 {
            cutoffs[name(of: group)] = cutoff ?? floor
        }
        return CutoffMap(cutoffs)
    }

    /// The cutoffs of the next wave: as far towards `goal` as `budget` hosts that must change allow. Hosts that need no change cost
    /// nothing, hosts that can't change now come along and catch up later.
    func next(from cutoffs: CutoffMap, to goal: CutoffMap, budget: Int) -> CutoffMap {
        let begin = ZoneCutoffs(cutoffs, fleet.zones)
        var end = ZoneCutoffs(goal, fleet.zones)
        let hosts = roster.placed(\.costsBudget)
        func isPending(_ entry: Roster.Entry) -> Bool { !begin.admits(entry.zone, entry.rank) && end.admits(entry.zone, entry.rank) }
        // No wave reaches into two groups of the order: the first that is not done, and no further.
        let level = fleet.topLevel == 0 ? 0 : hosts.first(where: isPending)?.rank.level ?? 0
        let goal = level > 0 ? goal.capped(at: .start(ofLevel: level - 1)) : goal
        if level > 0 { end = ZoneCutoffs(goal, fleet.zones) }
        let floor = floor(of: level)
        var pending = counts(hosts, isPending)
        // The first zone that is not done is a wave of its own.
        if let current = order?.first(where: { pending[$0] > 0 }), pending.count(where: { $0 > 0 }) > 1 {
            for group in pending.indices where group != current { pending[group] = 0 }
            if pending[current] <= budget {
                var entries = explicit(cutoffs, atLeast: floor)
                entries[name(of: current)] = goal[name(of: current)]
                return cutoffs.merged(with: CutoffMap(entries))
            }
        }
        guard pending.reduce(0, +) > budget else { return cutoffs.merged(with: goal) }
        var entries = explicit(cutoffs, atLeast: floor)
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

    /// Where everyone of the groups before this one is asked, and nobody of it.
    private func floor(of level: Int) -> Rank { fleet.topLevel == 0 ? .lowest : .start(ofLevel: level) }

    /// An entry for each zone there is, so that raising the empty zone's raises no other. What the order has before is asked in all zones, in those
    /// that are not known yet as well.
    private func explicit(_ cutoffs: CutoffMap, atLeast floor: Rank) -> [String: Rank] {
        var entries: [String: Rank] = [:]
        if fleet.isZoned { for zone in fleet.zones { entries[zone] = max(cutoffs[zone], floor) } }
        if floor > .lowest, entries[""] == nil { entries[""] = max(cutoffs[""], floor) }
        return entries
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
