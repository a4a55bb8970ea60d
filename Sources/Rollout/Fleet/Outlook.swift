import GraftAPI

/// Where the hosts of one kind stand with an assignment, as far as it does not depend on which host it is.
struct Outlook: Sendable {
    /// Places of a host that is not asked, asked before, or asked in the last wave: by `Place.Reach`. None while that depends on the host.
    var places: (beyond: UInt8, asked: UInt8, inWave: UInt8)?
    /// It runs the target, and whether it is to keep it depends on its place in the plan that it can see.
    var mayLoseTarget = false
    var runsTarget = false
    /// Of its group in the order of the plan that it can see.
    var seenLevel = 0

    func place(_ reach: Place.Reach) -> UInt8? {
        switch reach {
        case .beyond: places?.beyond
        case .asked: places?.asked
        case .inWave: places?.inWave
        }
    }
}

/// What is asked of the hosts of a fleet, with what of it is the same for all hosts. One reference to much text: the index is copied often.
final class AskedHosts: Sendable {
    let assignment: Assignment
    /// By whose numbers cutoffs are looked up.
    let zones: [String]
    let below: ZoneCutoffs
    let start: ZoneCutoffs
    let seen: SeenPlan?

    init(_ assignment: Assignment, _ fleet: FleetIndex) {
        self.assignment = assignment
        zones = fleet.zones
        below = ZoneCutoffs(CutoffMap(assignment.wave.below), zones)
        start = ZoneCutoffs(CutoffMap(assignment.wave.from), zones)
        seen = assignment.plan.map { SeenPlan($0.spec, target: assignment.target.revision, fleet) }
    }

    func reach(_ zone: Int32, _ rank: Rank) -> Place.Reach {
        !below.admits(zone, rank) ? .beyond : start.admits(zone, rank) ? .asked : .inWave
    }
}

/// What hosts that run the target can read in the plan as it stands: whether they are to keep it.
struct SeenPlan {
    private let keepsBelow: Bool
    private let keepsAbove: Bool
    private let cutoffs: ZoneCutoffs
    /// Nil: its places are the fleet's.
    private let reckoner: RankReckoner?
    private let order: HostOrder?

    init(_ spec: ModulePlanSpec, target: String, _ fleet: FleetIndex) {
        keepsAbove = spec.stable.map { $0.revision == target } ?? true
        keepsBelow = spec.canary.map { $0.revision == target } ?? keepsAbove
        cutoffs = ZoneCutoffs(CutoffMap(spec.cutoffs), fleet.zones)
        reckoner = spec.salt == fleet.salt && spec.order == fleet.order ? nil : RankReckoner(salt: spec.salt)
        order = spec.order
    }

    /// Of a group, where places are its own.
    func level(of labels: [String: String]) -> Int { reckoner == nil ? 0 : order?.level(of: labels) ?? 0 }

    /// - Parameter level: of the host's group.
    func keeps(_ zone: Int32, _ member: FleetIndex.Member, level: Int) -> Bool {
        guard keepsBelow != keepsAbove else { return keepsBelow }
        let place = reckoner.map { $0.rank(of: member.name).atLevel(level) } ?? member.rank
        return cutoffs.admits(zone, place) ? keepsBelow : keepsAbove
    }
}
