import GraftAPI
import KubeCore

extension FleetIndex {
    /// Works out where hosts stand with what is asked of them: of all hosts, or only of those in whose chunk something changed since.
    mutating func muster(_ assignment: Assignment, salt: String, order: HostOrder? = nil) {
        rank(by: salt, order: order)
        if asked.map({ $0.assignment != assignment }) ?? true {
            asked = Asked(assignment)
            areAllPlaced = false
            census = Census()
            for index in chunks.indices { chunks[index].isCurrent = false }
        }
        guard !areAllPlaced else { return }
        var appraisal = Appraisal(assignment, self)
        for index in 0..<chunks.count where !chunks[index].isCurrent {
            let codes = appraisal.codes(of: chunks[index].members)
            chunks[index].present = census.add(codes)
            chunks[index].codes = codes
            chunks[index].isCurrent = true
        }
        census.sum()
        areAllPlaced = true
    }
}

/// Works out where hosts of one fleet stand with one assignment: once for each kind, as far as it does not depend on the host.
private struct Appraisal {
    private struct Outlook {
        /// Places of a host that is not asked, asked before, or asked in the last wave; nil while that depends on the host.
        var places: (UInt8, UInt8, UInt8)?
        var runsTarget = false
    }

    private let assignment: Assignment
    private let kinds: HostKinds
    private let zoneOfKind: ContiguousArray<Int32>
    private let below: ZoneCutoffs
    private let start: ZoneCutoffs
    private let seen: SeenPlan?
    private var outlooks: ContiguousArray<Outlook?>

    init(_ assignment: Assignment, _ fleet: FleetIndex) {
        self.assignment = assignment
        kinds = fleet.kinds
        zoneOfKind = kinds.zoneOfKind
        below = ZoneCutoffs(CutoffMap(assignment.wave.below), kinds.zones)
        start = ZoneCutoffs(CutoffMap(assignment.wave.from), kinds.zones)
        seen = assignment.plan.map { SeenPlan($0.spec, target: assignment.target.revision, fleet) }
        outlooks = ContiguousArray(repeating: nil, count: kinds.end)
    }

    mutating func codes(of members: ContiguousArray<FleetIndex.Member>) -> ContiguousArray<UInt8> {
        var codes = ContiguousArray<UInt8>(repeating: 0, count: members.count)
        for index in members.indices {
            let (rank, kind) = (members[index].rank, members[index].kind)
            let zone = zoneOfKind[Int(kind)]
            let reach: Place.Reach = !below.admits(zone, rank) ? .beyond : start.admits(zone, rank) ? .asked : .inWave
            let outlook = outlook(kind)
            guard let places = outlook.places else {
                codes[index] = place(of: members[index], reach, runsTarget: outlook.runsTarget).code
                continue
            }
            codes[index] =
                switch reach {
                case .beyond: places.0
                case .asked: places.1
                case .inWave: places.2
                }
            if outlook.runsTarget, let seen, !seen.keeps(zone, members[index]) { codes[index] |= isEligible(codes[index]) ? 0x80 : 0 }
        }
        return codes
    }

    private func isEligible(_ code: UInt8) -> Bool { Place(code: code).standing.isEligible }

    private mutating func outlook(_ kind: Int32) -> Outlook {
        if let known = outlooks[Int(kind)] { return known }
        let facts = kinds[kind]
        var outlook = Outlook(runsTarget: facts.slot.map(assignment.hasLoaded) ?? false)
        // What became of one that is not Ready depends on when it was last seen, and who it is.
        if facts.isReady {
            func place(_ reach: Place.Reach) -> UInt8 {
                let standing = assignment.standing(of: facts, isAsked: reach != .beyond, isInWave: reach == .inWave)
                return Place(
                    standing, reach, isReady: true, isHeld: facts.isHeld, costsBudget: standing.isEligible && !outlook.runsTarget
                ).code
            }
            outlook.places = (place(.beyond), place(.asked), place(.inWave))
        }
        outlooks[Int(kind)] = outlook
        return outlook
    }

    private func place(of member: FleetIndex.Member, _ reach: Place.Reach, runsTarget: Bool) -> Place {
        var facts = kinds[member.kind]
        facts.name = member.name
        facts.lastSeen = member.lastSeen
        let standing = assignment.standing(of: facts, isAsked: reach != .beyond, isInWave: reach == .inWave)
        let keepsWhatItHas = runsTarget && seen?.keeps(zoneOfKind[Int(member.kind)], member) ?? true
        return Place(
            standing, reach, isReady: facts.isReady, isHeld: facts.isHeld, costsBudget: standing.isEligible && !keepsWhatItHas)
    }
}

/// What hosts that run the target can read in the plan as it stands: whether they are to keep it.
private struct SeenPlan {
    private let keepsBelow: Bool
    private let keepsAbove: Bool
    private let cutoffs: ZoneCutoffs
    /// Nil: its places are the fleet's.
    private let reckoner: RankReckoner?
    /// By the number of a kind; only where places are its own.
    private let levels: ContiguousArray<Int>

    init(_ spec: ModulePlanSpec, target: String, _ fleet: FleetIndex) {
        keepsAbove = spec.stable.map { $0.revision == target } ?? true
        keepsBelow = spec.canary.map { $0.revision == target } ?? keepsAbove
        cutoffs = ZoneCutoffs(CutoffMap(spec.cutoffs), fleet.zones)
        let isOfFleet = spec.salt == fleet.salt && spec.order == fleet.order
        reckoner = isOfFleet ? nil : RankReckoner(salt: spec.salt)
        levels = isOfFleet ? [] : fleet.kinds.levels(by: spec.order)
    }

    func keeps(_ zone: Int32, _ member: FleetIndex.Member) -> Bool {
        guard keepsBelow != keepsAbove else { return keepsBelow }
        let place = reckoner.map { $0.rank(of: member.name).atLevel(levels[Int(member.kind)]) } ?? member.rank
        return cutoffs.admits(zone, place) ? keepsBelow : keepsAbove
    }
}
