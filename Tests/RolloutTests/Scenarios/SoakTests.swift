import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Soaks as steps")
struct SoakTests {
    private func soaking(_ step: Step = .soak(seconds: 600)) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 40)), step, .setWeight(Weight(percent: 60))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.rollout?.stepIndex == 1 }
        return world
    }

    @Test("last as long as they say, and go on when all are well")
    func passes() {
        var world = soaking()
        let began = world.now
        #expect(world.events.contains { if case .soaking(2, 4, 4, _) = $0 { true } else { false } })
        world.run { $0.status.rollout?.stepIndex == 2 }
        #expect(world.now - began >= .seconds(599) && world.now - began < .seconds(700))
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("A canary of any wave that dies in it counts, although its own wave had soaked")
    func deathCounts() {
        var world = soaking()
        world.run(seconds: 300)
        let first = world.hosts(running: "1.1.0")[0]
        world.kill([first])
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .failures)
        #expect(world[facts: "1.1.0"].quarantine != nil)
    }

    @Test("In a pause the same death is nobody's fault")
    func deathInPause() {
        var world = soaking(.pause(seconds: 600))
        world.run(seconds: 300)
        world.kill([world.hosts(running: "1.1.0")[0]])
        world.run { $0.status.rollout?.stepIndex == 2 }
        #expect(world.status.rollout?.kind == .steps)
    }

    @Test("Who was dead long before is not held against it")
    func longDead() {
        var world = World(hosts: 20, steps: [.setWeight(Weight(percent: 40)), .pause(seconds: 900), .soak(seconds: 60)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.rollout?.stepIndex == 1 }
        world.run(seconds: 100)
        world.kill([world.hosts(running: "1.1.0")[0]])
        world.run { $0.status.rollout?.stepIndex == 3 }
        #expect(world.status.rollout?.kind == .steps)
    }

    @Test("A promotion ends one, and one before anything was asked is over at once")
    func promoted() throws {
        var world = soaking()
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/1"
        world.decide()
        #expect(world.status.rollout?.stepIndex == 2)
        var early = World(hosts: 10, steps: [.soak(seconds: 600), .setWeight(Weight(percent: 10)), .pause(seconds: nil)])
        early.deliver("1.0.0")
        early.ask(for: "1.1.0")
        early.decide()
        #expect(early.status.rollout?.stepIndex == 1)
    }

    /// Hosts that are asked, or were.
    private func canaries(_ world: World) -> [Int] { world.hosts.indices.filter { world.asked($0) == World.revision("1.1.0") } }

    private func removeCanaries(_ world: inout World) {
        for index in canaries(world).reversed() { world.hosts.remove(at: index) }
    }

    @Test("When all who were asked have left the fleet, others are asked in their place, within the limit, and soak as long")
    func everybodyAskedIsGone() {
        var world = soaking()
        world.run(seconds: 300)
        removeCanaries(&world)
        #expect(world.hosts.count == 6)
        world.run { !canaries($0).isEmpty }
        #expect(canaries(world).count == 2, "\(world.testDescription)")
        world.run { $0.running("1.1.0") == 2 }
        let arrived = world.now
        world.run { $0.status.rollout?.stepIndex == 2 }
        #expect(world.status.rollout?.stepIndex == 2 && world.now - arrived >= .seconds(599), "\(world.testDescription)")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Those who take the place of hosts that left count as any: one that fails goes back")
    func othersFail() {
        var world = soaking()
        removeCanaries(&world)
        for index in world.hosts.indices { world.hosts[index].behaviour[World.revision("1.1.0")] = .failsProbe }
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .failures, "\(world.testDescription)")
    }

    @Test("Who takes the place of hosts that left needs a budget and signatures as any, and no controller that dies meanwhile asks more")
    func othersAreHeld() throws {
        var world = soaking()
        removeCanaries(&world)
        world.guards.budget = BudgetFacts(name: "ten", limit: 1, hosts: 10, used: 1, holders: "search/ranker 1", left: 0)
        world.run(seconds: 2000)
        #expect(canaries(world).isEmpty && world.condition("Ready")?.reason == "BudgetExhausted", "\(world.testDescription)")
        world.guards.budget = nil
        world.allow("1.1.0", 10)
        world.run(seconds: 100)
        #expect(canaries(world).isEmpty && world.condition("Ready")?.reason == "WaitsForSignature", "\(world.testDescription)")
        world.trust("1.1.0")
        world[facts: "1.1.0"].allowance = nil
        world.decide(dying: .beforeStatus)
        try world.restart()
        world.decide()
        #expect(canaries(world).count == 2, "\(world.testDescription)")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Where no step asked for a host yet and all are gone that a plan asked, there is nothing to watch")
    func nobodyWasWanted() throws {
        var world = World(hosts: 4, steps: [.soak(seconds: 60), .setWeight(Weight(percent: 25)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        // Given a plan of the second step, and a controller that died before it wrote how far it was
        world.decide(dying: .beforeStatus)
        try world.restart()
        world.decide()
        #expect(world.status.rollout?.stepIndex == 0 && world.status.rollout?.weight == Weight.none && canaries(world).count == 1)
        removeCanaries(&world)
        world.run { $0.status.phase == .paused }
        #expect(world.status.rollout?.stepIndex == 2 && world.running("1.1.0") == 1, "\(world.testDescription)")
    }
}
