import GraftAPI
import KubeCore

extension FleetIndex {
    /// Works out where hosts stand with what is asked of them: of all hosts, or only of those in whose chunk something changed since.
    mutating func muster(_ assignment: Assignment, salt: String, order: HostOrder? = nil) {
        rank(by: salt, order: order)
        if let asked, asked.assignment == assignment {
            // Zones that come and go give the others another number, and change nothing of where their hosts stand.
            if asked.zones != kinds.zones { self.asked = AskedHosts(assignment, self) }
        } else {
            asked = AskedHosts(assignment, self)
            kinds.forgetOutlooks()
            areAllPlaced = false
            census = Census()
            for index in chunks.indices where chunks[index].isCurrent { chunks.change(index) { $0.isCurrent = false } }
        }
        guard !areAllPlaced, let asked else { return }
        for index in chunks.indices where !chunks[index].isCurrent {
            let codes = codes(of: chunks[index].members, asked)
            let present = census.add(codes)
            chunks.change(index) { chunk in
                chunk.codes = codes
                chunk.present = present
                chunk.isCurrent = true
            }
        }
        census.sum()
        areAllPlaced = true
    }

    private mutating func codes(of members: ContiguousArray<Member>, _ asked: AskedHosts) -> ContiguousArray<UInt8> {
        ContiguousArray(unsafeUninitializedCapacity: members.count) { codes, count in
            for index in members.indices {
                codes.initializeElement(at: index, to: code(of: members[index], asked))
            }
            count = members.count
        }
    }

    private mutating func code(of member: Member, _ asked: AskedHosts) -> UInt8 {
        let zone = kinds.zoneOfKind[Int(member.kind)]
        let reach = asked.reach(zone, member.rank)
        let outlook = kinds.outlook(of: member.kind) ?? workOut(member.kind, asked)
        guard let code = outlook.place(reach) else { return place(of: member, reach, outlook, asked).code }
        guard outlook.mayLoseTarget, let seen = asked.seen, !seen.keeps(zone, member, level: outlook.seenLevel) else { return code }
        return Place(code: code).standing.isEligible ? code | Place.budget : code
    }

    private mutating func workOut(_ kind: Int32, _ asked: AskedHosts) -> Outlook {
        let facts = kinds[kind]
        var outlook = Outlook()
        outlook.runsTarget = facts.slot.map(asked.assignment.hasLoaded) ?? false
        outlook.mayLoseTarget = outlook.runsTarget && asked.seen != nil
        outlook.seenLevel = asked.seen?.level(of: facts.labels) ?? 0
        // What became of one that is not Ready depends on when it was last seen, and who it is.
        if facts.isReady {
            func place(_ reach: Place.Reach) -> UInt8 {
                let standing = asked.assignment.standing(of: facts, isAsked: reach != .beyond, isInWave: reach == .inWave)
                return Place(
                    standing, reach, isReady: true, isHeld: facts.isHeld, costsBudget: standing.isEligible && !outlook.runsTarget
                ).code
            }
            outlook.places = (place(.beyond), place(.asked), place(.inWave))
        }
        kinds.keep(outlook, of: kind)
        return outlook
    }

    private func place(of member: Member, _ reach: Place.Reach, _ outlook: Outlook, _ asked: AskedHosts) -> Place {
        let facts = facts(of: member)
        let standing = asked.assignment.standing(of: facts, isAsked: reach != .beyond, isInWave: reach == .inWave)
        let zone = kinds.zoneOfKind[Int(member.kind)]
        let keepsWhatItHas = outlook.runsTarget && asked.seen?.keeps(zone, member, level: outlook.seenLevel) ?? true
        return Place(
            standing, reach, isReady: facts.isReady, isHeld: facts.isHeld, costsBudget: standing.isEligible && !keepsWhatItHas)
    }
}
