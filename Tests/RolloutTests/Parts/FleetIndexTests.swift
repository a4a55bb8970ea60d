import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("What is known of a fleet")
struct FleetIndexTests {
    private let salt = "0123456789abcdef"

    private func facts(_ name: String, _ dice: inout Dice) -> HostFacts { HostFacts(name, thrownBy: &dice) }

    private let orders: [HostOrder?] = [
        nil, HostOrder(label: "stage", values: ["canary", "staging"]), HostOrder(label: "stage", values: ["staging"]),
    ]

    private func assignment(_ dice: inout Dice, _ order: HostOrder?) -> Assignment {
        let first = Rank.start(ofLevel: order?.topLevel ?? 0).value
        func cutoffs() -> [Cutoff] {
            CutoffMap(["": Rank(value: Int64.random(in: first...Rank.end.value, using: &dice)), "b": dice.chance(50) ? .end : .first]).list
        }
        var wave = WaveStatus()
        wave.number = 2
        wave.from = cutoffs()
        wave.below = CutoffMap(wave.from).merged(with: CutoffMap(cutoffs())).list
        wave.startTime = Instant(Timestamp(seconds: 1000))
        if dice.chance(50) { wave.settledTime = Instant(Timestamp(seconds: 1050)) }
        var plan = ModulePlanSpec()
        plan.rollout = "http-2-1"
        plan.salt = dice.chance(80) ? salt : "another"
        plan.order = dice.chance(80) ? order : dice.pick(orders)
        plan.stable = dice.pick([
            nil, RevisionReference(revision: "http-1", digest: "d1"), RevisionReference(revision: "http-2", digest: "d2"),
        ])
        plan.canary = dice.pick([
            nil, RevisionReference(revision: "http-2", digest: "d2"), RevisionReference(revision: "http-1", digest: "d1"),
        ])
        plan.cutoffs = cutoffs()
        return Assignment(
            target: RevisionReference(revision: "http-2", digest: "d2"), previous: RevisionReference(revision: "http-1", digest: "d1"),
            rollout: "http-2-1", wave: wave, plan: dice.chance(90) ? PlanFacts(uid: "plan", spec: plan) : nil,
            isProven: dice.chance(20), vanished: ["edge-3", "edge-4", "edge-5"], rule: dice.pick([nil, nil, "a"]))
    }

    /// Each host looked at by itself, as if there were no index.
    private func place(_ host: HostFacts, _ assignment: Assignment, _ order: HostOrder?) -> Place {
        let rank = Rank(salt: salt, host: host.name).atLevel(order?.level(of: host.labels) ?? 0)
        let isAsked = CutoffMap(assignment.wave.below).admits(zone: host.zone, rank: rank)
        let isInWave = isAsked && !CutoffMap(assignment.wave.from).admits(zone: host.zone, rank: rank)
        let standing = assignment.standing(of: host, isAsked: isAsked, isInWave: isInWave)
        let target = assignment.target.revision
        var keepsWhatItHas = host.slot?.active?.revision == target
        if keepsWhatItHas, let asked = assignment.plan?.spec.revision(forHost: host.name, zone: host.zone, labels: host.labels) {
            keepsWhatItHas = asked.revision == target
        }
        return Place(
            standing, isInWave ? .inWave : isAsked ? .asked : .beyond, isReady: host.isReady, isHeld: host.isHeld,
            costsBudget: standing.isEligible && !keepsWhatItHas)
    }

    private func expectSame(_ fleet: FleetIndex, _ hosts: [String: HostFacts], _ assignment: Assignment, _ order: HostOrder?) {
        let roster = Roster(fleet, assignment)
        #expect(fleet.count == hosts.count && roster.entries.count == hosts.count)
        #expect(fleet.zones == Set(hosts.values.map(\.zone)).sorted())
        let entries = Array(roster.entries)
        #expect(Set(entries.map(roster.name)) == Set(hosts.keys))
        #expect(zip(entries, entries.dropFirst()).allSatisfy { ($0.rank, roster.name($0)) < ($1.rank, roster.name($1)) })
        var counts: [Place: Int] = [:]
        var movable = 0
        for entry in entries {
            guard let host = hosts[roster.name(entry)] else { continue }
            let expected = place(host, assignment, order)
            counts[expected, default: 0] += 1
            if expected.standing.isEligible, !host.isHeld { movable += 1 }
            #expect(entry.place == expected, "\(host): \(entry.place.standing), not \(expected.standing)")
            #expect(fleet.zones[Int(entry.zone)] == host.zone && roster.lastSeen(entry) == host.lastSeen)
            #expect(roster.entry(of: host.name)?.place == expected)
        }
        #expect(Dictionary(uniqueKeysWithValues: fleet.census.places.map { ($0.place, $0.count) }) == counts)
        for standing in Standing.allCases {
            #expect(roster.count(of: standing) == counts.reduce(0) { $1.key.standing == standing ? $0 + $1.value : $0 })
            #expect(roster.placed { $0.standing == standing }.first?.rank == entries.first { $0.standing == standing }?.rank)
        }
        #expect(roster.active == hosts.values.count { $0.slot?.active != nil } && roster.movable == movable)
    }

    @Test("is the same whether it was taken in at once or host by host, while hosts come, change and go", arguments: [0, 1, 5, 40, 1500])
    func changes(size: Int) {
        var dice = Dice(seed: UInt64(size))
        var hosts: [String: HostFacts] = [:]
        for number in 0..<size { hosts["edge-\(number)"] = facts("edge-\(number)", &dice) }
        var fleet = FleetIndex(hosts.values)
        var order = dice.pick(orders)
        var asked = assignment(&dice, order)
        for round in 0..<(size > 100 ? 12 : 60) {
            if dice.chance(10) { order = dice.pick(orders) }
            if dice.chance(30) { asked = assignment(&dice, order) }
            for _ in 0..<dice.number(0...max(3, size / 4)) {
                let name = "edge-\(dice.number(0...size + round))"
                if dice.chance(20) {
                    hosts[name] = nil
                    fleet.remove(name)
                } else {
                    let host = facts(name, &dice)
                    hosts[name] = host
                    fleet.update(host)
                }
            }
            fleet.muster(asked, salt: salt, order: order)
            expectSame(fleet, hosts, asked, order)
        }
        let before = fleet
        for name in hosts.keys { fleet.remove(name) }
        #expect(fleet.isEmpty && fleet.zones.isEmpty && Array(fleet.byKind).isEmpty)
        expectSame(before, hosts, asked, order)
    }

    @Test("is the same whether it was brought into an order while hosts were taken in, or later")
    func orderedFromTheBeginning() {
        var dice = Dice(seed: 7)
        for size in [0, 1, 63, 64, 65, 1000] {
            let hosts = (0..<size).map { facts("edge-\($0)", &dice) }
            let order = dice.pick(orders)
            let asked = assignment(&dice, order)
            var (early, late) = (FleetIndex(hosts, salt: salt, order: order), FleetIndex(hosts))
            late.rank(by: salt, order: order)
            #expect(early.map(\.name) == late.map(\.name))
            early.muster(asked, salt: salt, order: order)
            late.muster(asked, salt: salt, order: order)
            expectSame(early, Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0) }), asked, order)
            #expect(early.chunks.map(\.codes) == late.chunks.map(\.codes))
        }
    }

    @Test("An index that was made by the salt and order of a decision is not laid anew for it, and one that was not is")
    func laidOnce() {
        var dice = Dice(seed: 8)
        for order in orders {
            let hosts = (0..<1000).map { facts("edge-\($0)", &dice) }
            for (salted, isKept) in [(salt, true), ("another", false)] {
                var fleet = FleetIndex(hosts, salt: salted, order: order)
                let before = storage(fleet)
                fleet.muster(assignment(&dice, order), salt: salt, order: order)
                #expect(before.count > 1 && (storage(fleet) == before) == isKept)
            }
        }
    }

    private func storage(_ fleet: FleetIndex) -> Set<UnsafeRawPointer?> {
        Set(fleet.chunks.map { chunk in chunk.members.withUnsafeBytes { $0.baseAddress } })
    }

    @Test("Standings leave a number for hosts that are held and settled")
    func numbers() {
        #expect(Standing.allCases.allSatisfy { $0.rawValue < 14 })
        let held = Place(.settled, .asked, isReady: true, isHeld: true, costsBudget: false)
        #expect(held.standing == .settled && !held.isMovable)
        #expect(Place(.settled, .asked, isReady: true, isHeld: false, costsBudget: false).isMovable)
    }

    @Test("A host whose label changes goes to its group, and comes back")
    func groups() {
        let order = HostOrder(label: "stage", values: ["canary"])
        var fleet = FleetIndex((0..<500).map { HostFacts(name: "edge-\($0)") })
        fleet.rank(by: salt, order: order)
        func first() -> String? { fleet.chunks.first?.members.first?.name }
        let before = first()
        var host = HostFacts(name: before == "edge-7" ? "edge-8" : "edge-7")
        host.labels = ["stage": "canary"]
        fleet.update(host)
        #expect(first() == host.name && fleet.count == 500 && fleet.facts(of: host.name)?.labels == host.labels)
        host.labels = [:]
        fleet.update(host)
        #expect(first() == before && fleet.count == 500 && fleet.facts(of: host.name)?.labels == [:])
        host.labels = ["stage": "canary"]
        fleet.update(host)
        fleet.remove(host.name)
        #expect(first() == before && fleet.count == 499 && fleet.facts(of: host.name) == nil)
    }

    @Test("keeps once what hosts have in common, and nothing of those that are gone")
    func kinds() {
        var fleet = FleetIndex((0..<1000).map { HostFacts(name: "edge-\($0)", zone: $0 % 2 == 0 ? "a" : "b") })
        #expect(fleet.byKind.map(\.hosts).sorted() == [500, 500])
        fleet.update(HostFacts(name: "edge-0", zone: "c", isHeld: true))
        #expect(fleet.byKind.map(\.hosts).sorted() == [1, 499, 500] && fleet.zones == ["a", "b", "c"])
        fleet.update(HostFacts(name: "edge-0", zone: "a"))
        #expect(fleet.byKind.map(\.hosts).sorted() == [500, 500] && fleet.zones == ["a", "b"])
        #expect(fleet.facts(of: "edge-0")?.zone == "a" && fleet.facts(of: "edge-1000") == nil)
    }

    @Test("A change touches a few hundred hosts, also while somebody holds a copy")
    func copies() {
        var fleet = FleetIndex((0..<20_000).map { HostFacts(name: "edge-\($0)") })
        fleet.rank(by: salt)
        let copy = fleet
        fleet.update(HostFacts(name: "edge-7", isHeld: true))
        #expect(storage(fleet).subtracting(storage(copy)).count == 1)
        #expect(copy.facts(of: "edge-7")?.isHeld == false && fleet.facts(of: "edge-7")?.isHeld == true)
    }
}
