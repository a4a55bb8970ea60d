import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("When a signature counts for a share of the hosts only")
struct AllowanceTests {
    private func upgrading(to percent: Int, steps: [Step]) -> World {
        var world = World(hosts: 20)
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        world.spec.strategy.steps = steps
        world.ask(for: "1.1.0")
        world.allow("1.1.0", percent)
        return world
    }

    private static let steps: [Step] = [.setWeight(Weight(percent: 10)), .setWeight(Weight(percent: 50))]

    @Test(
        "the rollout goes so far and waits for the others' signature",
        arguments: [(0, 0), (3, 1), (5, 1), (10, 2), (12, 3), (30, 6), (50, 10), (99, 20)])
    func waits(percent: Int, hosts: Int) {
        var world = upgrading(to: percent, steps: Self.steps)
        world.run(seconds: 3600)
        #expect(world.running("1.1.0") == hosts, "\(world.status.message)")
        #expect(world.isRunning)
        #expect(world.condition("Ready")?.reason == "WaitsForSignature")
        #expect(world.condition("Stalled") == nil)
        #expect(world.condition("Verified")?.reason == "VerifiedUpToWeight")
        #expect(world.status.message.contains("waits for a signature. 1.1.0: release must sign"), "\(world.status.message)")
        #expect(world.events.count { if case .waitsForSignature = $0 { true } else { false } } == 1)
        // When it has come
        world[facts: "1.1.0"].allowance = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.condition("Verified")?.reason == "SignatureVerified")
    }

    @Test("the very first version goes no further either, nor does one without steps", arguments: [true, false])
    func withoutSteps(isFirst: Bool) {
        var world = World(hosts: 20)
        world.spec.strategy.maxUnavailable = .count(10)
        if !isFirst { world.deliver("1.0.0") }
        world.ask(for: "1.1.0")
        world.allow("1.1.0", 25)
        world.run(seconds: 3600)
        #expect(world.running("1.1.0") == 5)
        #expect(world.status.stable?.version == (isFirst ? nil : "1.0.0"))
        #expect(world[facts: "1.1.0"].outcome == .unproven)
        world[facts: "1.1.0"].allowance = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("a promotion to all hosts ends there, too")
    func promoted() {
        var world = upgrading(to: 20, steps: [.setWeight(Weight(percent: 5)), .pause(seconds: nil)])
        world.run { $0.status.phase == .paused }
        world.verbs.promote = world.status.rollout.map { "\($0.id)/full" }
        world.run(seconds: 600)
        #expect(world.running("1.1.0") == 4)
        #expect(world.condition("Ready")?.reason == "WaitsForSignature")
    }

    @Test("and policies let it go less far in mid-rollout, no more hosts are asked")
    func tightened() {
        var world = upgrading(to: 50, steps: [.setWeight(Weight(percent: 50))])
        world.spec.strategy.maxUnavailable = .count(2)
        world.run { $0.running("1.1.0") == 4 }
        world.allow("1.1.0", 10)
        let plan = world.plan
        world.run(seconds: 3600)
        #expect(world.plan == plan)
        #expect(world.running("1.1.0") <= 6)
        #expect(world.condition("Ready")?.reason == "WaitsForSignature")
    }

    @Test("it is no place to go back to, and as the stable version it is reported")
    func noRefuge() {
        var world = World(hosts: 20)
        world.spec.strategy.maxUnavailable = .count(10)
        for version in ["0.9.0", "1.0.0", "1.1.0"] { world.deliver(version) }
        world.allow("1.0.0", 10)
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", evicts: true, reason: "CVE")
        world.run { $0.rolledBack }
        #expect(world.running("0.9.0") == 20)
        world.allow("0.9.0", 10)
        world.ask(for: "0.9.0")
        world.run(seconds: 10)
        #expect(world.condition("Verified")?.reason == "WaitsForSignature")
        #expect(world.running("0.9.0") == 20)
    }
}
