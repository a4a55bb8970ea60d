import GraftAPI

extension Deliberation {
    /// The first host that a wave would ask although what the revision needs is not there, or another module would lose what it needs.
    func firstInNeed(_ roster: Roster, from below: CutoffMap, to next: CutoffMap) -> (host: String, reason: String)? {
        guard rollout.kind != .restart else { return nil }
        let target = roster.assignment.target.revision
        let (begin, end) = (ZoneCutoffs(below, roster.fleet.zones), ZoneCutoffs(next, roster.fleet.zones))
        for entry in roster.placed({ $0.costsBudget && $0.isReady })
        where end.admits(entry.zone, entry.rank) && !begin.admits(entry.zone, entry.rank) {
            if let reason = roster.facts(entry).unmetNeeds[target] { return (roster.name(entry), reason) }
        }
        return nil
    }

    /// Whether it waits for other modules at all. Who loads anew what it has neither needs more than before nor takes anything away.
    func hasHostsInNeed(_ roster: Roster) -> Bool {
        guard rollout.kind != .restart else { return false }
        let target = roster.assignment.target.revision
        return roster.fleet.byKind.contains { $0.facts.unmetNeeds[target] != nil }
    }
}
