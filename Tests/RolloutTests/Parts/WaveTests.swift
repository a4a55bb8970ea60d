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
