import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Sets")
struct SetTests {
    private func upgraded(until isDone: (World) -> Bool) -> World {
        var world = World(hosts: 6)
        world.spec.set = "edge-suite"
        world.deliver("1.0.0")
        world.now = world.now + .seconds(3600)
        world.ask(for: "1.1.0")
        world.run(until: isDone)
        return world
    }

    /// Another member gave up what it began so long before or after this one's rollout began.
    private func sibling(of world: World, began: Int = 0, gaveUp: Duration = .zero) -> SiblingRetreat {
        let start = world.status.rollout?.startTime?.time ?? world.now
        return SiblingRetreat(deployment: "tls", reason: "3 hosts failed.", began: start + .seconds(began), time: world.now + gaveUp)
    }

    @Test("When another member goes back by itself, what is under way goes back as well, and is not tried again by itself")
    func underWay() {
        var world = upgraded { $0.running("1.1.0") == 2 }
        world.siblings = [sibling(of: world)]
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 6)
        #expect(world.status.rollout?.cause == .setRolledBack)
        #expect(world.status.rollout?.reason == "tls, of the same set edge-suite, went back: 3 hosts failed.")
        #expect(world[facts: "1.1.0"].outcome == .rejected && world[facts: "1.1.0"].quarantine == nil)
        world.run(seconds: 5000)
        #expect(world.running("1.0.0") == 6 && world.condition("Ready")?.reason == "Rejected")
        // Once: what is tried again stands by itself.
        world.verbs.retry = World.revision("1.1.0")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("What was complete by then goes back, too")
    func complete() {
        var world = upgraded { $0.isDelivered("1.1.0") }
        #expect(world[facts: "1.1.0"].outcome == .good)
        world.now = world.now + .seconds(1000)
        world.siblings = [sibling(of: world, began: 5)]
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 6 && world.status.stable?.version == "1.0.0")
        #expect(world.status.rollout?.cause == .setRolledBack && world[facts: "1.1.0"].outcome == .rejected)
    }

    @Test(
        "What was not rolled out together stays",
        arguments: [
            // It was complete long before the other began; the other gave up before it began; there is no set.
            (900, 0, true), (-5000, -4000, true), (0, 0, false),
        ])
    func apart(began: Int, gaveUp: Int, isMember: Bool) {
        var world = upgraded { $0.isDelivered("1.1.0") }
        if !isMember { world.spec.set = nil }
        world.siblings = isMember ? [sibling(of: world, began: began, gaveUp: .seconds(gaveUp))] : []
        world.run(seconds: 1000)
        #expect(world.running("1.1.0") == 6)
    }

    @Test("With nothing to go back to, a member stays where it is")
    func first() {
        var world = World(hosts: 3)
        world.spec.set = "edge-suite"
        world.deliver("1.0.0")
        world.siblings = [sibling(of: world)]
        world.run(seconds: 100)
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("A controller that dies between plan and status loses nothing of it")
    func crashed() throws {
        var world = upgraded { $0.running("1.1.0") == 2 }
        world.siblings = [sibling(of: world)]
        world.decide(dying: .beforeStatus)
        try world.restart()
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 6 && world[facts: "1.1.0"].outcome == .rejected)
    }

    @Test("Frozen, it goes back all the same")
    func frozen() {
        var world = upgraded { $0.running("1.1.0") == 2 }
        world.guards.freeze = FreezeFacts(guards: ["year-end"], until: nil, reason: "")
        world.siblings = [sibling(of: world)]
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 6)
    }
}
