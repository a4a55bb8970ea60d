import GraftAPI

/// Every host with its standing, in the order of ranks: what decisions are made from.
struct Roster {
    /// Holds no reference, so that a hundred thousand of them are walked fast.
    struct Entry {
        /// Its place.
        var rank: Rank
        /// Index into `Fleet.hosts`.
        var host: Int32
        /// Index into `Fleet.zones`.
        var zone: Int32
        var standing: Standing
        var isReady: Bool
        /// It lies below the cutoffs.
        var isAsked: Bool
        /// It lies in the wave that was opened last.
        var isInWave: Bool
        /// Asking it would take something out of service.
        var costsBudget: Bool
    }

    let fleet: Fleet
    let assignment: Assignment
    let entries: [Entry]
    /// Eligible, and not held: what shares of hosts in flight are reckoned of. Who is held and has arrived counts as arrived, and can't be asked.
    let movable: Int
    /// Hosts that serve any version.
    let active: Int
    /// How many hosts have a standing, by its raw value.
    private let tally: [Int]

    init(_ fleet: Fleet, _ assignment: Assignment) {
        self.fleet = fleet
        self.assignment = assignment
        let below = ZoneCutoffs(CutoffMap(assignment.wave.below), fleet.zones)
        let start = ZoneCutoffs(CutoffMap(assignment.wave.from), fleet.zones)
        let seen = assignment.plan.map { PlanView($0.spec, fleet) }
        var tally = Array(repeating: 0, count: Standing.allCases.count)
        var active = 0
        var movable = 0
        var entries: [Entry] = []
        entries.reserveCapacity(fleet.members.count)
        for member in fleet.members {
            let host = fleet.hosts[Int(member.host)]
            let isAsked = below.admits(member.zone, member.rank)
            let isInWave = isAsked && !start.admits(member.zone, member.rank)
            let standing = assignment.standing(of: host, isAsked: isAsked, isInWave: isInWave)
            let running = host.slot?.active?.revision
            if running != nil { active += 1 }
            if standing.isEligible, !host.isHeld { movable += 1 }
            var keepsWhatItHas = running == assignment.target.revision
            if keepsWhatItHas, let asked = seen?.revision(of: member, host) { keepsWhatItHas = asked == assignment.target.revision }
            tally[Int(standing.rawValue)] += 1
            entries.append(
                Entry(
                    rank: member.rank, host: member.host, zone: member.zone, standing: standing, isReady: host.isReady, isAsked: isAsked,
                    isInWave: isInWave, costsBudget: standing.isEligible && !keepsWhatItHas))
        }
        self.entries = entries
        self.active = active
        self.movable = movable
        self.tally = tally
    }

    func name(_ entry: Entry) -> String { fleet.hosts[Int(entry.host)].name }
    /// What it reported, for people.
    func detail(_ entry: Entry) -> String? { assignment.detail(of: fleet.hosts[Int(entry.host)], entry.standing) }

    var eligible: Int { count(\.isEligible) }
    var settled: Int { count(of: .settled) }
    var inFlight: Int { count(\.isInFlight) }
    var absent: Int { count(of: .absent, .lost, .vanished) }

    func count(of standings: Standing...) -> Int { standings.reduce(0) { $0 + tally[Int($1.rawValue)] } }
    func count(_ matches: (Standing) -> Bool) -> Int {
        Standing.allCases.reduce(0) { matches($1) ? $0 + tally[Int($1.rawValue)] : $0 }
    }

    /// Hosts of the last wave that it waits for.
    var moving: [Entry] { entries.filter { $0.isInWave && $0.standing.isMoving } }
}

/// What hosts can read in the plan as it stands.
private struct PlanView {
    private var stable: String?
    private var canary: String?
    private var cutoffs: ZoneCutoffs
    /// Nil: its ranks are the fleet's.
    private var reckoner: RankReckoner?
    private var order: HostOrder?

    init(_ spec: ModulePlanSpec, _ fleet: Fleet) {
        stable = spec.stable?.revision
        canary = spec.canary?.revision
        cutoffs = ZoneCutoffs(CutoffMap(spec.cutoffs), fleet.zones)
        order = spec.order
        reckoner = spec.salt == fleet.salt && spec.order == fleet.order ? nil : RankReckoner(salt: spec.salt)
    }

    func revision(of member: Fleet.Member, _ host: HostFacts) -> String? {
        guard let canary else { return stable }
        return cutoffs.admits(
            member.zone, reckoner.map { $0.rank(of: host.name).atLevel(order?.level(of: host.labels) ?? 0) } ?? member.rank)
            ? canary : stable
    }
}
