import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("What hosts have in common")
struct HostKindTests {
    /// Without what makes no difference.
    private func bare(_ host: HostFacts) -> HostFacts {
        var host = host
        host.name = ""
        host.lastSeen = nil
        host.slot?.active?.since = Timestamp(seconds: 0)
        host.slot?.canary?.since = Timestamp(seconds: 0)
        host.slot?.trust?.since = Timestamp(seconds: 0)
        return host
    }

    @Test("Two hosts are alike when all but their names and moments is the same, and then have one fingerprint")
    func alike() {
        var dice = Dice(seed: 1)
        var alike = 0
        for round in 0..<4_000 {
            var one = HostFacts("edge-a", thrownBy: &dice)
            if dice.chance(40) {
                one.slot?.ahead = StagedAhead(rollout: "http-2-1", revision: "http-2", state: .failed)
                one.slot?.trust = SlotTrust(.unknown, since: Timestamp(seconds: 1))
            }
            // The same again, or another, in what is seldom thrown the same twice.
            var other = dice.chance(70) ? one : HostFacts("edge-b", thrownBy: &dice)
            other.lastSeen = Timestamp(seconds: Int64(round))
            other.slot?.active?.since = Timestamp(seconds: Int64(round))
            if dice.chance(60) { change(&other, dice.number(0...43)) }
            let expected = bare(one) == bare(other)
            withUnsafePointer(to: one) { one in
                withUnsafePointer(to: other) { other in
                    #expect(HostKind(one.pointee, 0).includes(other) == expected, "\(one.pointee) and \(other.pointee)")
                    #expect(HostKind(other.pointee, 0).includes(one) == expected, "\(one.pointee) and \(other.pointee)")
                    guard expected else { return }
                    #expect(one.fingerprint == other.fingerprint && one.sketch == other.sketch, "\(one.pointee) and \(other.pointee)")
                }
            }
            alike += expected ? 1 : 0
        }
        #expect(alike > 500 && alike < 3_000)
    }

    /// One thing, of each that is known of a host.
    private func change(_ host: inout HostFacts, _ what: Int) {
        var slot = host.slot ?? SlotStatus()
        defer { if what > 11, what != 29 { host.slot = slot } }
        switch what {
        case 0: host.zone += "x"
        case 1: host.isReady.toggle()
        case 2: host.isHeld.toggle()
        case 3: host.incompatibilities["http-1", default: ""] += "x"
        case 4: host.zone = ""
        case 5: host.unmetNeeds["http-1", default: ""] += "x"
        case 6: host.claimedBy = (host.claimedBy ?? "") + "x"
        case 7: host.slot = host.slot == nil ? SlotStatus() : nil
        case 8: host.isLastActivated.toggle()
        case 9: host.canRoute.toggle()
        case 10: host.canStageAhead.toggle()
        case 11: host.labels["stage", default: ""] += "x"
        case 12: slot.name += "x"
        case 13: slot.owner.planUID += "x"
        case 14: slot.owner.name += "x"
        case 15: slot.rollout += "x"
        case 16: slot.active = slot.active == nil ? ActiveRevision() : nil
        case 17: slot.active?.revision += "x"
        case 18: slot.active?.digest += "x"
        case 19: slot.active?.version = "9"
        case 20: slot.active?.evidenceHash = "x"
        case 21: slot.canary = slot.canary == nil ? RoutedRevision() : nil
        case 22: slot.canary?.rule += "x"
        case 23: slot.canary?.digest += "x"
        case 24: slot.target?.message = "x"
        case 25: slot.target?.reason = "x"
        case 26: slot.staged.append("x")
        case 27: slot.trust = SlotTrust(.distrusted, reason: "x", since: Timestamp(seconds: 1))
        case 28: slot.ahead = StagedAhead(rollout: "x", revision: "y", state: .staged)
        case 29: host.canRestart.toggle()
        case 30: slot.restarted = Instant(Timestamp(microseconds: (slot.restarted?.time.microseconds ?? 0) + 1))
        case 31: slot.target?.revision += "x"
        case 32: slot.target?.state = .staged
        case 33: slot.target?.blame = .environment
        case 34: slot.owner.namespace += "x"
        case 35: slot.ahead?.rollout += "x"
        case 36: slot.ahead?.revision += "x"
        case 37: slot.ahead?.reason = "x"
        case 38: slot.ahead?.message = "x"
        case 39: slot.ahead?.state = .staged
        case 40: slot.trust?.state = .trusted
        case 41: slot.trust?.reason = "x"
        case 42: slot.trust?.message = "x"
        default: slot.canary?.evidenceHash = "x"
        }
    }

    @Test("Kinds that are side by side in a wave have sketches of their own")
    func sketches() {
        var sketches: [UInt64: HostFacts] = [:]
        for zone in ["eu-central-1a", "eu-central-1b", "eu-central-1c"] {
            for (active, asked) in [
                ("http-1a2b3c4d", "http-1a2b3c4d"), ("http-1a2b3c4d", "http-5e6f7a8b"), ("http-5e6f7a8b", "http-5e6f7a8b"),
            ] {
                for state in SlotTarget.State.allCases {
                    var slot = SlotStatus()
                    slot.active = ActiveRevision(revision: active, digest: "d", since: Timestamp(seconds: 0))
                    slot.target = SlotTarget(revision: asked, state: state)
                    let host = HostFacts(name: "edge", zone: zone, slot: slot)
                    let known = withUnsafePointer(to: host) { sketches.updateValue(host, forKey: $0.sketch) }
                    #expect(known == nil, "\(host) and \(String(describing: known))")
                }
            }
        }
    }

    @Test("A kind that was met last with a sketch is found by it, and another one replaces it; what is forgotten is not taken for another")
    func recentKinds() {
        var dice = Dice(seed: 1)
        var recent = RecentKinds()
        var noted: [UInt64: Int32] = [:]
        #expect(recent.number(of: 0) == nil)
        for number in 0..<20_000 as Range<Int32> {
            // Few enough to be remembered, or so many that most are forgotten; some with one place.
            let sketch = number < 4_000 ? UInt64(dice.number(0...40)) << 10 : UInt64(dice.number(0...4_000)) << 5
            recent.note(number, of: sketch)
            noted[sketch] = number
            #expect(recent.number(of: sketch) == number)
            let other = noted.keys.randomElement(using: &dice)!
            if let found = recent.number(of: other) { #expect(found == noted[other]) }
        }
    }

    @Test("Whoever adds a field to what is known of a host compares it in HostKind.includes, and changes it above")
    func fields() {
        func fields(_ value: some Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
        #expect(
            fields(HostFacts(name: "")) == [
                "name", "zone", "isReady", "lastSeen", "isHeld", "incompatibilities", "unmetNeeds", "claimedBy", "slot",
                "isLastActivated", "canRoute", "canStageAhead", "canRestart", "labels",
            ])
        #expect(
            fields(SlotStatus()) == ["name", "owner", "rollout", "active", "canary", "target", "staged", "trust", "ahead", "restarted"])
        #expect(fields(ActiveRevision()) == ["revision", "digest", "version", "since", "evidenceHash"])
        #expect(fields(RoutedRevision()) == ["revision", "digest", "version", "since", "evidenceHash", "rule"])
        #expect(fields(SlotTrust()) == ["state", "reason", "message", "since"])
        #expect(fields(SlotOwner()) == ["namespace", "name", "planUID"])
        #expect(fields(SlotTarget()) == ["revision", "state", "blame", "reason", "message"])
        #expect(fields(StagedAhead(rollout: "x", revision: "y", state: .staged)) == ["rollout", "revision", "state", "reason", "message"])
    }

    @Test("Kinds of one fingerprint are told apart, while hosts come and go", arguments: [1, 2, 3])
    func collisions(seed: UInt64) {
        var dice = Dice(seed: seed)
        var kinds = HostKinds()
        var numbers: [(host: HostFacts, number: Int32)] = []
        for _ in 0..<2_000 {
            if dice.chance(45), !numbers.isEmpty {
                kinds.remove(numbers.remove(at: dice.number(0...numbers.count - 1)).number)
            } else {
                var host = HostFacts(name: "edge")
                var slot = SlotStatus()
                // No part of a fingerprint.
                slot.name = "net/\(dice.number(0...9))"
                host.slot = slot
                numbers.append((host, kinds.add(host)))
            }
            #expect(numbers.allSatisfy { kinds[$0.number].slot == $0.host.slot })
            #expect(kinds.counted.reduce(0) { $0 + $1.hosts } == numbers.count)
            #expect(Array(kinds.counted).count == Set(numbers.map(\.number)).count)
        }
    }

    @Test("Places are sorted, be they spread evenly, crowded, or the same", arguments: [0, 1, 2, 63, 64, 65, 200, 5_000])
    func places(size: Int) {
        var dice = Dice(seed: UInt64(size))
        for spread in [1, 3, 1 << 20, 1 << 48] as [Int64] {
            for far in [0, 1 << 50, Int64.max / 2 + 7] as [Int64] {
                var keys = ContiguousArray(
                    (0..<size).map { number in
                        let level: Int64 = dice.chance(50) ? -far : far
                        return PlaceKey(rank: level + Int64.random(in: 0..<spread, using: &dice), host: Int32(number))
                    })
                let expected = keys.sorted { ($0.rank, -$0.host) < ($1.rank, -$1.host) }
                keys.sortByPlace { $0 > $1 }
                #expect(keys.map(\.host) == expected.map(\.host))
            }
        }
    }
}
