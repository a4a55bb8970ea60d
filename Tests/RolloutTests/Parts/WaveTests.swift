import GraftAPI
import Testing

@testable import Rollout

@Suite("Waves")
struct WaveTests {
    @Test(
        "Largest remainder gives out exactly the total, and never more than there is",
        arguments: [
            (total: 3, weights: [10, 10, 10], shares: [1, 1, 1]), (4, [10, 10, 10], [2, 1, 1]), (1, [1, 1, 1], [1, 0, 0]),
            (10, [1, 2, 3], [1, 2, 3]), (5, [6, 3, 1], [3, 2, 0]), (0, [3, 3], [0, 0]), (2, [], []),
        ])
    func apportioned(total: Int, weights: [Int], shares: [Int]) {
        #expect(Apportionment.split(total, over: weights) == shares)
    }

    @Test("A share over zones is spread, not rounded up in each")
    func zones() {
        var world = World(hosts: 30, zones: ["a", "b", "c"], steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.spec.strategy.maxUnavailable = .count(3)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.decide()
        #expect(Set(world.hosts.indices.filter { world.asked($0) == "http-1-1-0" }.map { world.hosts[$0].zone }) == ["a", "b", "c"])
        world.run { $0.status.phase == .paused }
        for zone in ["a", "b", "c"] {
            #expect(world.hosts.count { $0.zone == zone && $0.active == "http-1-1-0" } == 2)
        }
        #expect(world.plan?.spec.cutoffs.map(\.zone) == ["a", "b", "c"])
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Hosts without a zone beside hosts with one do not drag others along")
    func partlyZoned() {
        var world = World(hosts: 30, zones: ["", "b", "c"], steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.decide()
        #expect(world.hosts.indices.count { world.asked($0) == "http-1-1-0" } == 2)
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 6)
    }

    private func zoneByZone(_ steps: [Step], order: [String] = []) -> World {
        var world = World(hosts: 12, zones: ["a", "b", "c"], steps: steps)
        world.spec.strategy.maxUnavailable = .count(3)
        world.spec.strategy.spread = .zoneByZone
        world.spec.strategy.zoneOrder = order
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        return world
    }

    private func updated(_ world: World, _ zone: String) -> Int { world.hosts.count { $0.zone == zone && $0.active == "http-1-1-0" } }

    @Test(
        "Zone by zone, each is done before the next, and no wave reaches into two",
        arguments: [(order: [], expected: ["a", "b", "c"]), (["c"], ["c", "a", "b"]), (["b", "x", "a"], ["b", "a", "c"])])
    func zonesInOrder(order: [String], expected: [String]) {
        var world = zoneByZone([], order: order)
        for (index, zone) in expected.enumerated() {
            world.run { updated($0, zone) == 4 }
            #expect(expected[(index + 1)...].allSatisfy { updated(world, $0) == 0 }, "\(zone) first: \(world.testDescription)")
        }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        for (earlier, later) in zip(world.plans, world.plans.dropFirst())
        where later.rollout == world.status.rollout?.id && later.canary != nil {
            let asked = world.hosts.filter { host in
                later.revision(forHost: host.name, zone: host.zone)?.version == "1.1.0"
                    && earlier.revision(forHost: host.name, zone: host.zone)?.version != "1.1.0"
            }
            #expect(Set(asked.map(\.zone)).count <= 1)
        }
    }

    @Test("Zone by zone a weight fills one zone after another, and joiners of a zone that is done follow it")
    func zonesByWeight() {
        var world = zoneByZone([.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.run { $0.status.phase == .paused }
        #expect(updated(world, "a") == 4 && updated(world, "b") == 2 && updated(world, "c") == 0)
        let cutoffs = world.plan?.spec.cutoffs
        let last = world.hosts.filter { $0.zone == "a" }.map { Rank(salt: world.plan!.spec.salt, host: $0.name) }.max()!
        let joiner = (0...).lazy.map { "edge.late-\($0)" }.first { Rank(salt: world.plan!.spec.salt, host: $0) < last }!
        world.hosts.append(SimulatedHost(joiner, zone: "a"))
        world.hosts.append(SimulatedHost("edge.elsewhere", zone: "z"))
        world.run(seconds: 60)
        #expect(updated(world, "a") == 5 && updated(world, "z") == 0 && world.plan?.spec.cutoffs == cutoffs)
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Merged cutoffs are the larger of both in every zone")
    func merged() {
        let left = CutoffMap(["": Rank(value: 5), "a": Rank(value: 9)])
        let right = CutoffMap(["b": Rank(value: 7)])
        let both = left.merged(with: right)
        #expect(both[""] == Rank(value: 5) && both["a"] == Rank(value: 9) && both["b"] == Rank(value: 7) && both["c"] == Rank(value: 5))
        #expect(both.covers(left) && both.covers(right) && !left.covers(both))
        #expect(CutoffMap(both.list) == both)
        #expect(CutoffMap.all.covers(both) && both.covers(.none))
    }
}
