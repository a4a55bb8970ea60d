import GraftAPI

/// Computes cutoffs: where a step ends, and how far the next wave goes on the way there.
struct WavePlanner {
    var roster: Roster

    /// The cutoffs below which ⌈weight × hosts⌉ of the Ready, compatible hosts lie, spread over zones by largest remainder.
    func goal(of weight: Weight) -> CutoffMap {
        guard weight < .all else { return .all }
        let zones = byGroup(roster.entries.filter { $0.standing.isEligible })
        let count = weight.count(of: zones.reduce(0) { $0 + $1.hosts.count })
        let shares = Apportionment.split(count, over: zones.map(\.hosts.count))
        var cutoffs = explicit(.none)
        for (zone, share) in zip(zones, shares) {
            cutoffs[zone.name] = share == 0 ? .first : zone.hosts[share - 1].member.rank.next
        }
        return CutoffMap(cutoffs)
    }

    /// The cutoffs of the next wave: as far towards `goal` as `budget` hosts that must change allow. Hosts that need no change cost
    /// nothing, hosts that can't change now come along and catch up later.
    func next(from cutoffs: CutoffMap, to goal: CutoffMap, budget: Int) -> CutoffMap {
        let pending = roster.entries.filter { entry in
            let member = entry.member
            return !cutoffs.admits(zone: member.host.zone, rank: member.rank) && goal.admits(zone: member.host.zone, rank: member.rank)
                && entry.costsBudget
        }
        guard pending.count > budget else { return cutoffs.merged(with: goal) }
        let zones = byGroup(pending)
        var entries = explicit(cutoffs)
        for (zone, share) in zip(zones, Apportionment.split(budget, over: zones.map(\.hosts.count))) where share > 0 {
            entries[zone.name] = zone.hosts[share - 1].member.rank.next
        }
        return cutoffs.merged(with: CutoffMap(entries))
    }

    /// An entry for each zone there is, so that raising the empty zone's raises no other.
    private func explicit(_ cutoffs: CutoffMap) -> [String: Rank] {
        Dictionary(uniqueKeysWithValues: roster.groups.map { ($0, cutoffs[$0]) })
    }

    private func byGroup(_ entries: [Roster.Entry]) -> [(name: String, hosts: [Roster.Entry])] {
        let groups = Dictionary(grouping: entries, by: \.member.group)
        return groups.keys.sorted().map { ($0, groups[$0]!) }
    }
}
