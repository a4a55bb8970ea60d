import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("The first deployment")
struct FirstDeploymentTests {
    @Test("goes to all hosts in waves, without weights and pauses")
    func goesToAll() {
        // Given ten hosts, at most two in flight, and steps that would pause
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil)])
        // When the first version is wanted
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        // Then it is delivered, proven, and five waves were opened
        #expect(world.isDelivered("1.0.0"))
        #expect(world[facts: "1.0.0"].outcome == .good)
        #expect(world.events.count { if case .waveOpened = $0 { true } else { false } } == 5)
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.condition("Reconciling") == nil)
    }

    @Test("asks nothing of hosts above the cutoff")
    func asksNothingElse() {
        var world = World(hosts: 10)
        world.ask(for: "1.0.0")
        world.decide()
        let plan = world.plan?.spec
        #expect(plan?.stable == nil)
        #expect(plan?.canary?.revision == "http-1-0-0")
        #expect(world.hosts.indices.count { world.asked($0) != nil } == 2)
    }

    @Test("that fails is held: nothing is asked any more, the digest is quarantined, and the status says so")
    func failsAndHolds() {
        var world = World(hosts: 10)
        world.ask(for: "1.0.0", .failsProbe)
        world.run { $0.status.rollout?.state == .held }
        #expect(world.status.phase == .degraded)
        #expect(world[facts: "1.0.0"].outcome == .bad)
        #expect(world[facts: "1.0.0"].quarantine != nil)
        #expect(world.plan?.spec.canary == nil && world.plan?.spec.stable == nil)
        #expect(world.condition("Stalled")?.status == .isTrue)
        #expect(world.status.message.contains("ProbeFailed"))
    }

    @Test("that was held gives way to the next version")
    func nextAfterHeld() {
        var world = World(hosts: 10)
        world.ask(for: "1.0.0", .failsProbe)
        world.run { $0.status.rollout?.state == .held }
        world.ask(for: "1.0.1")
        world.run { $0.isDelivered("1.0.1") }
        #expect(world.isDelivered("1.0.1"))
    }

    @Test("waits for hosts, and says NoHosts")
    func noHosts() {
        var world = World(hosts: 0)
        world.ask(for: "1.0.0")
        world.run(seconds: 1000)
        #expect(world.condition("Progressing")?.reason == "NoHosts")
        #expect(world.plan?.spec.canary?.revision == "http-1-0-0")
        // When a host joins, it goes on, whatever deadline would have passed meanwhile
        world.hosts.append(SimulatedHost("edge.node-0"))
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("superseded in the middle goes on with the newer version from the first wave")
    func superseded() {
        var world = World(hosts: 10)
        world.ask(for: "1.0.0")
        world.run { $0.running("1.0.0") == 4 }
        world.ask(for: "1.1.0")
        world.decide()
        #expect(world.hosts.indices.count { world.asked($0) == "http-1-1-0" } == 2)
        #expect(world.plan?.spec.stable == nil)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }
}
