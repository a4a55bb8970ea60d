import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Modules that are needed")
struct NeedsTests {
    private static let lack = "status.slots: found no tls, wanted tls ^2, which http 1.1.0 needs beside it; deploy tls to these hosts first"

    /// Hosts lack what 1.1.0 needs, but those that a test gives it.
    private func upgrading(hosts: Int = 20, steps: [Step] = []) -> World {
        var world = World(hosts: hosts, steps: steps)
        world.spec.strategy.maxUnavailable = .count(4)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        for index in world.hosts.indices { world.hosts[index].unmetNeeds = [World.revision("1.1.0"): Self.lack] }
        return world
    }

    @Test("Where no host has what it needs, nobody is asked, the message says why, time stands still, and nothing changes without news")
    func nobody() {
        var world = upgrading()
        world.spec.strategy.stepDeadlineSeconds = 100
        world.run(seconds: 5000)
        #expect(world.isRunning && world.hosts.indices.allSatisfy { world.asked($0) != World.revision("1.1.0") })
        #expect(world.condition("Ready")?.reason == "NeedUnmet" && world.condition("Stalled") == nil)
        #expect(world.status.message.contains("waits for other modules. edge.node-"), "\(world.status.message)")
        #expect(world.status.message.hasSuffix(": \(Self.lack)."))
        #expect(world.events.count { if case .needUnmet = $0 { true } else { false } } == 1)
        let status = world.status
        world.decide()
        #expect(world.status == status)
        for index in world.hosts.indices { world.hosts[index].unmetNeeds = [:] }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("No host is ever asked that lacks it, in whatever order hosts get it", arguments: 1...20)
    func property(seed: UInt64) {
        var dice = Dice(seed: seed)
        var world = upgrading(hosts: 16, steps: [.setWeight(Weight(percent: 40))])
        let revision = World.revision("1.1.0")
        for index in world.hosts.indices.shuffled(using: &dice) {
            for other in world.hosts.indices where world.asked(other) == revision {
                #expect(world.hosts[other].unmetNeeds.isEmpty, "\(world.hosts[other].name) was asked")
            }
            world.hosts[index].unmetNeeds = [:]
            for _ in 0..<dice.number(1...8) { world.tick() }
        }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Hosts that can't be asked anyway are waited for by nobody")
    func bystanders() {
        var world = upgrading(hosts: 10)
        for index in world.hosts.indices where index > 1 { world.hosts[index].unmetNeeds = [:] }
        world.hosts[0].isHeld = true
        world.hosts[1].isReady = false
        world.run { $0.status.stable?.version == "1.1.0" }
        #expect(world.status.stable?.version == "1.1.0", "\(world.status.message)")
    }

    @Test("Going back asks for nothing")
    func back() {
        var world = upgrading()
        for index in world.hosts.indices { world.hosts[index].unmetNeeds = [:] }
        world.run { $0.running("1.1.0") == 4 }
        for index in world.hosts.indices { world.hosts[index].unmetNeeds = [World.revision("1.0.0"): "tls 3 is not for it"] }
        world.verbs.abort = world.status.rollout?.id
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
    }
}
