import GraftAPI

extension Deliberation {
    /// The first host that a wave would ask although what the revision needs is not there, or another module would lose what it needs.
    func firstInNeed(_ roster: Roster, from below: CutoffMap, to next: CutoffMap) -> (host: String, reason: String)? {
        let target = roster.assignment.target.revision
        let (begin, end) = (ZoneCutoffs(below, roster.fleet.zones), ZoneCutoffs(next, roster.fleet.zones))
        for entry in roster.entries where entry.costsBudget && entry.isReady {
            let host = roster.fleet.hosts[Int(entry.host)]
            guard !host.unmetNeeds.isEmpty, let reason = host.unmetNeeds[target], end.admits(entry.zone, entry.rank),
                !begin.admits(entry.zone, entry.rank)
            else { continue }
            return (host.name, reason)
        }
        return nil
    }

    /// Whether it waits for other modules at all.
    func hasHostsInNeed(_ roster: Roster) -> Bool {
        let target = roster.assignment.target.revision
        return roster.fleet.hosts.contains { !$0.unmetNeeds.isEmpty && $0.unmetNeeds[target] != nil }
    }
}
