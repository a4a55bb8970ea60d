import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A budget of hosts with unproven revisions")
struct BudgetTests {
    /// Of hosts that run, or are asked to run, a version.
    private func counted(_ world: World, _ version: String) -> Int {
        world.hosts.indices.count { world.asked($0) == World.revision(version) || world.hosts[$0].active == World.revision(version) }
    }

    private func facts(left: Int) -> BudgetFacts {
        BudgetFacts(name: "ten-percent", limit: 10, hosts: 100, used: 10 - left, holders: "search/ranker \(10 - left)", left: left)
    }

    private func upgrading(left: Int, steps: [Step] = []) -> World {
        var world = World(hosts: 40, steps: steps)
        world.spec.strategy.maxUnavailable = .count(8)
        world.deliver("1.0.0")
        world.guards.budget = facts(left: left)
        world.ask(for: "1.1.0")
        return world
    }

    @Test("A wave asks no more hosts than are left", arguments: [1, 3, 7, 8, 20])
    func wave(left: Int) {
        var world = upgrading(left: left)
        world.decide()
        #expect(counted(world, "1.1.0") == min(left, 8))
    }

    @Test("With none left it waits, says so once with the numbers, changes nothing, and goes on when some are")
    func waits() {
        var world = upgrading(left: 0)
        let status = { (world: World) in world.status }
        world.run(seconds: 5000)
        #expect(counted(world, "1.1.0") == 0 && world.isRunning)
        #expect(world.condition("Ready")?.reason == "BudgetExhausted" && world.condition("Stalled") == nil)
        #expect(
            world.status.message.contains(
                "waits for RolloutGuard ten-percent, which lets 10 of 100 hosts run what is unproven: 10 do (search/ranker 10), 0 may follow."
            ),
            "\(world.status.message)")
        #expect(world.events.count { if case .budgetHolds = $0 { true } else { false } } == 1)
        let before = status(world)
        world.decide()
        #expect(status(world) == before)
        world.guards.budget = facts(left: 5)
        world.decide()
        #expect(counted(world, "1.1.0") == 5)
        world.guards.budget = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Hosts that are gone count as well: they would run it when they are back")
    func absent() {
        var world = upgrading(left: 4)
        world.kill(0..<7)
        world.decide()
        #expect(counted(world, "1.1.0") <= 4)
    }

    @Test("Going back waits for no budget")
    func back() {
        var world = upgrading(left: 8, steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.run { $0.status.phase == .paused }
        world.guards.budget = facts(left: 0)
        world.verbs.abort = world.status.rollout?.id
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 40)
    }

    @Test("A pause, a soak and a settled wave need none; the first host that runs it begins to prove it")
    func proof() {
        var world = upgrading(left: 8, steps: [.setWeight(Weight(percent: 20)), .soak(seconds: 600), .pause(seconds: 60)])
        world.run { $0.running("1.1.0") > 0 }
        world.guards.budget = facts(left: 0)
        let first = world.now
        world.run { $0.status.rollout?.stepIndex == 3 }
        #expect(world.status.rollout?.stepIndex == 3)
        #expect(world.status.rollout?.provingSince.map { $0.time <= first + .seconds(1) } == true)
        world.run(seconds: 100)
        #expect(world.condition("Ready")?.reason == "BudgetExhausted")
    }

    @Test("A full promotion into the step that brings all calls waits for one as well, and says so")
    func callsOfAll() {
        var world = upgrading(
            left: 8, steps: [.setWeight(Weight(percent: 20)), .setTraffic(Traffic(share: Weight(percent: 50))), .pause(seconds: nil)])
        world.run { $0.status.phase == .paused }
        world.guards.budget = facts(left: 0)
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run(seconds: 2000)
        #expect(counted(world, "1.1.0") == 8)
        #expect(world.condition("Ready")?.reason == "BudgetExhausted", "\(world.testDescription)")
        let status = world.status
        world.decide()
        #expect(world.status == status)
        world.guards.budget = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Whatever is left from decision to decision, never are more hosts asked anew than were left, and at last all run it")
    func property() {
        var dice = Dice(seed: 32)
        for _ in 0..<40 {
            var world = World(
                hosts: 5 + dice.number(0...39), zones: dice.chance(50) ? [""] : ["a", "b", "c"], steps: [.setWeight(Weight(percent: 30))])
            world.spec.strategy.maxUnavailable = .count(1 + dice.number(0...9))
            world.deliver("1.0.0")
            world.ask(for: "1.1.0")
            for _ in 0..<60 {
                let left = dice.number(0...5)
                world.guards.budget = facts(left: left)
                let before = counted(world, "1.1.0")
                if dice.chance(25) { world.hosts[dice.number(0...world.hosts.count - 1)].isReady.toggle() }
                for index in world.hosts.indices { world.act(index) }
                world.now = world.now + .seconds(1 + dice.number(0...19))
                world.decide()
                #expect(counted(world, "1.1.0") - before <= left)
                let (status, plan) = (world.status, world.plan)
                world.decide()
                #expect(world.status == status && world.plan == plan, "deciding again without news changes nothing")
                guard world.status.rollout?.kind == .steps else { break }
            }
            for index in world.hosts.indices { world.hosts[index].isReady = true }
            world.guards.budget = facts(left: 100)
            world.run { $0.isDelivered("1.1.0") || $0.status.rollout?.kind == .return }
            #expect(world.isDelivered("1.1.0") || world.status.rollout?.kind == .return, "\(world.status.message)")
        }
    }
}
