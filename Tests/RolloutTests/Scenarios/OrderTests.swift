import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("An order by label")
struct OrderTests {
    private static let order = HostOrder(label: "stage", values: ["staging", "production"])

    /// Every fifth host is staging, the last two have no stage, the others are production.
    private func fleet(_ count: Int = 20, zones: [String] = [""], steps: [Step], order: HostOrder? = OrderTests.order) -> World {
        var world = World(hosts: count, zones: zones, steps: steps)
        for index in world.hosts.indices.dropLast(2) {
            world.hosts[index].labels = ["stage": index % 5 == 0 ? "staging" : "production", "other": "x"]
        }
        world.spec.strategy.order = order
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        return world
    }

    private func stages(_ world: World, running version: String = "1.1.0") -> [String: Int] {
        world.hosts(running: version).reduce(into: [:]) { $0[world.hosts[$1].labels["stage"] ?? "none", default: 0] += 1 }
    }

    @Test(
        "A weight is a share of all hosts, and takes hosts of earlier values first",
        arguments: [
            (5, ["staging": 1]), (20, ["staging": 4]), (25, ["staging": 4, "production": 1]), (90, ["staging": 4, "production": 14]),
            (95, ["staging": 4, "production": 14, "none": 1]), (100, ["staging": 4, "production": 14, "none": 2]),
        ])
    func weights(percent: Int, expected: [String: Int]) {
        var world = fleet(steps: [.setWeight(Weight(percent: percent)), .pause(seconds: nil)])
        world.run { $0.condition("Progressing")?.reason == "StepPaused" || $0.isDelivered("1.1.0") }
        #expect(stages(world) == expected, "\(world.testDescription)")
    }

    @Test(
        "Over waves and steps no host is asked before those of earlier values, no wave reaches into two groups, and maxUnavailable holds",
        arguments: [
            [""], ["a", "b", "c"], ["", "a"],
        ], [Strategy.Spread.evenly, .zoneByZone])
    func waves(zones: [String], spread: Strategy.Spread) {
        var world = fleet(30, zones: zones, steps: [.setWeight(Weight(percent: 10)), .setWeight(Weight(percent: 50))])
        world.spec.strategy.spread = spread
        world.spec.strategy.maxUnavailable = .count(3)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        let plans = world.plans.filter { $0.canary?.version == "1.1.0" && $0.order != nil }
        var asked: Set<String> = []
        for plan in plans {
            for host in world.hosts { #expect(!host.isPassedOver(by: plan, in: world.hosts), "\(host.name) \(plan.cutoffs)") }
            let now = Set(world.hosts.filter { $0.asked(by: plan) == plan.canary }.map(\.name))
            #expect(now.isSuperset(of: asked))
            let new = world.hosts.filter { now.contains($0.name) && !asked.contains($0.name) }
            #expect(new.count <= 3 && Set(new.map { $0.labels["stage"] }).count <= 1, "\(new.map(\.name)) in one wave")
            asked = now
        }
        #expect(asked.count == 30 && plans.allSatisfy { $0.cutoffs.count <= 4 })
    }

    @Test("Within a group a share is spread over zones")
    func zones() {
        var world = World(hosts: 40, zones: ["a", "b", "c", "d"], steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        for index in world.hosts.indices { world.hosts[index].labels = ["stage": index < 4 ? "staging" : "production"] }
        world.spec.strategy.order = OrderTests.order
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        let production = world.hosts(running: "1.1.0").filter { $0 >= 4 }.map { world.hosts[$0].zone }
        #expect(production.sorted() == ["a", "b", "c", "d"] && stages(world)["staging"] == 4)
    }

    @Test("A host that joins a group that is done is asked at once, in a zone that nobody knew as well; one of a later group waits")
    func joiners() {
        var world = fleet(20, zones: ["a", "b"], steps: [.setWeight(Weight(percent: 30)), .pause(seconds: nil)])
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        for (name, stage) in [("edge.late-1", "staging"), ("edge.late-2", "none")] {
            var host = SimulatedHost(name, zone: "z")
            host.labels = ["stage": stage]
            world.hosts.append(host)
        }
        world.run(seconds: 20)
        #expect(world.hosts[20].active == World.revision("1.1.0") && world.hosts[21].active == World.revision("1.0.0"))
    }

    @Test("A group of which nobody can be asked is passed over, and those who come back catch up")
    func absentGroup() {
        var world = fleet(steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        let staging = world.hosts.indices.filter { world.hosts[$0].labels["stage"] == "staging" }
        for index in staging { world.hosts[index].isHeld = true }
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(stages(world) == ["production": 4])
        for index in staging { world.hosts[index].isHeld = false }
        world.run(seconds: 60)
        #expect(stages(world) == ["production": 4, "staging": 4])
    }

    @Test("An agent that does not know of orders takes its host for one of the last group, and so does the engine")
    func oldAgents() {
        var world = fleet(steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.hosts[0].isOld = true
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.hosts[0].active == World.revision("1.0.0") && stages(world) == ["staging": 3, "production": 1])
        #expect(world.plan?.spec.requires == [])
        world.verbs.promote = world.status.rollout.map { "\($0.id)/full" }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("An order that is changed meanwhile is the next rollout's; going back has none, and the first version has it")
    func changes() {
        var world = fleet(steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        #expect(world.plans.contains { $0.order == OrderTests.order && $0.stable == nil })
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        world.spec.strategy.order = HostOrder(label: "stage", values: ["production"])
        world.run(seconds: 60)
        #expect(stages(world) == ["staging": 4] && world.plan?.spec.order == OrderTests.order)
        world.verbs.abort = world.status.rollout?.id
        world.run { $0.rolledBack }
        #expect(world.plans.filter { $0.rollout == world.status.rollout?.id }.allSatisfy { $0.order == nil })
        world.ask(for: "1.2.0")
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(stages(world, running: "1.2.0") == ["production": 4])
    }

    @Test("A controller that dies at any moment goes on in the same order")
    func restarts() throws {
        for moment in 0..<12 {
            for crash in World.Crash.allCases {
                var world = fleet(12, zones: ["a", "b"], steps: [.setWeight(Weight(percent: 40)), .setWeight(Weight(percent: 70))])
                world.spec.strategy.maxUnavailable = .count(2)
                for _ in 0..<moment { world.tick() }
                for index in world.hosts.indices { world.act(index) }
                world.decide(dying: crash)
                if crash == .beforeStatus, moment % 3 == 0 { world.status = ModuleDeploymentStatus() }
                try world.restart()
                var invariants = Invariants()
                world.run(limit: 400) {
                    invariants.check($0, deeply: false)
                    return $0.isDelivered("1.1.0")
                }
                #expect(world.isDelivered("1.1.0"), "\(crash) at \(moment): \(world.testDescription)")
                #expect(invariants.findings == [])
            }
        }
    }

    @Test("Without an order plans are what they were, down to the letter")
    func unordered() {
        var world = fleet(9, zones: ["", "a", "b"], steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil)], order: nil)
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.plan?.spec.order == nil)
        #expect(world.plan?.spec.cutoffs.allSatisfy { $0.below >= 0 } == true)
        #expect(world.running("1.1.0") == 1)
    }
}
