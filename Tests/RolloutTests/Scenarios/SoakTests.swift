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
}
