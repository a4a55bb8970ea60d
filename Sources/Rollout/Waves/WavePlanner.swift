import GraftAPI

/// Computes cutoffs: where a step ends, and how far the next wave goes on the way there.
struct WavePlanner {
    var roster: Roster

    /// The cutoffs below which ⌈weight × hosts⌉ of the Ready, compatible hosts lie, spread over zones by largest remainder.
    func goal(of weight: Weight) -> CutoffMap {
        guard weight < .all else { return .all }
        let eligible = counts { $0.standing.isEligible }
        let shares = Apportionment.split(weight.count(of: eligible.reduce(0, +)), over: eligible)
        var cutoffs = explicit(.none)
        for (group, cutoff) in places(of: shares, { $0.standing.isEligible }).enumerated() where eligible[group] > 0 {
            cutoffs[name(of: group)] = cutoff ?? .first
        }
        return CutoffMap(cutoffs)
    }

    /// The cutoffs of the next wave: as far towards `goal` as `budget` hosts that must change allow. Hosts that need no change cost
    /// nothing, hosts that can't change now come along and catch up later.
    func next(from cutoffs: CutoffMap, to goal: CutoffMap, budget: Int) -> CutoffMap {
        let (begin, end) = (ZoneCutoffs(cutoffs, fleet.zones), ZoneCutoffs(goal, fleet.zones))
        func isPending(_ entry: Roster.Entry) -> Bool {
            entry.costsBudget && !begin.admits(entry.zone, entry.rank) && end.admits(entry.zone, entry.rank)
        }
        let pending = counts(isPending)
        guard pending.reduce(0, +) > budget else { return cutoffs.merged(with: goal) }
        var entries = explicit(cutoffs)
        for (group, cutoff) in places(of: Apportionment.split(budget, over: pending), isPending).enumerated() {
            if let cutoff { entries[name(of: group)] = cutoff }
        }
        return cutoffs.merged(with: CutoffMap(entries))
    }

    private var fleet: Fleet { roster.fleet }

    /// An entry for each zone there is, so that raising the empty zone's raises no other.
    private func explicit(_ cutoffs: CutoffMap) -> [String: Rank] {
        fleet.isZoned ? Dictionary(uniqueKeysWithValues: fleet.zones.map { ($0, cutoffs[$0]) }) : [:]
    }

    /// Hosts are counted by zone while waves are spread over zones, else together.
    private func group(of entry: Roster.Entry) -> Int { fleet.isZoned ? Int(entry.zone) : 0 }
    private func name(of group: Int) -> String { fleet.isZoned ? fleet.zones[group] : "" }

    private func counts(_ matches: (Roster.Entry) -> Bool) -> [Int] {
        var counts = Array(repeating: 0, count: fleet.isZoned ? fleet.zones.count : 1)
        for entry in roster.entries where matches(entry) { counts[group(of: entry)] += 1 }
        return counts
    }

    /// The smallest cutoff of each group below which so many matching hosts lie; nil where none is wanted.
    private func places(of shares: [Int], _ matches: (Roster.Entry) -> Bool) -> [Rank?] {
        var places: [Rank?] = shares.map { _ in nil }
        var left = shares
        for entry in roster.entries where matches(entry) {
            let group = group(of: entry)
            guard left[group] > 0 else { continue }
            left[group] -= 1
            if left[group] == 0 { places[group] = entry.rank.next }
        }
        return places
    }
}
