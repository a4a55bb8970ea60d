import GraftAPI

/// Every host with its standing, in the order of ranks: what decisions are made from.
struct Roster {
    struct Entry {
        var member: Fleet.Member
        var standing: Standing
        /// It lies in the wave that was opened last.
        var isInWave: Bool
        /// Asking it would take something out of service.
        var costsBudget: Bool

        var name: String { member.host.name }
    }

    var entries: [Entry]
    /// Zones that waves are spread over.
    var groups: [String]

    init(_ fleet: Fleet, _ assignment: Assignment) {
        groups = fleet.groups
        let cutoffs = CutoffMap(assignment.wave.below)
        let start = CutoffMap(assignment.wave.from)
        let seen = assignment.plan.map { PlanView($0.spec, salt: fleet.salt) }
        entries = fleet.members.map { member in
            let standing = assignment.standing(of: member, below: cutoffs, from: start)
            let isAsked = cutoffs.admits(zone: member.host.zone, rank: member.rank)
            let runsIt = member.host.slot?.active?.revision == assignment.target.revision
            let asked = runsIt ? seen?.revision(of: member) : nil
            return Entry(
                member: member, standing: standing,
                isInWave: isAsked && !start.admits(zone: member.host.zone, rank: member.rank),
                costsBudget: standing.isEligible && !(runsIt && (asked ?? assignment.target.revision) == assignment.target.revision))
        }
    }

    var eligible: Int { count(\.isEligible) }
    var settled: Int { count { $0 == .settled } }
    var inFlight: Int { count(\.isInFlight) }
    var absent: Int { count { [.absent, .lost, .vanished].contains($0) } }

    /// Hosts of the last wave that it waits for.
    var moving: [Entry] { entries.filter { $0.isInWave && $0.standing.isMoving } }

    func count(_ matches: (Standing) -> Bool) -> Int { entries.reduce(0) { $0 + (matches($1.standing) ? 1 : 0) } }
}

/// What hosts can read in the plan as it stands.
private struct PlanView {
    var spec: ModulePlanSpec
    var cutoffs: CutoffMap
    /// Its ranks are the fleet's.
    var isSaltShared: Bool

    init(_ spec: ModulePlanSpec, salt: String) {
        self.spec = spec
        cutoffs = CutoffMap(spec.cutoffs)
        isSaltShared = spec.salt == salt
    }

    func revision(of member: Fleet.Member) -> String? {
        guard let canary = spec.canary else { return spec.stable?.revision }
        let rank = isSaltShared ? member.rank : Rank(salt: spec.salt, host: member.host.name)
        return cutoffs.admits(zone: member.host.zone, rank: rank) ? canary.revision : spec.stable?.revision
    }
}
