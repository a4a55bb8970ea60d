import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Going back")
struct RollbackTests {
    private func delivered(_ versions: String..., hosts: Int = 20, steps: [Step] = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        -> World
    {
        var world = World(hosts: hosts)
        world.spec.strategy.maxUnavailable = .count(10)
        for version in versions { world.deliver(version) }
        world.spec.strategy.steps = steps
        return world
    }

    @Test("to a proven version needs no steps, and one plan write")
    func declared() {
        var world = delivered("1.0.0", "1.1.0")
        let before = world.plans.count
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.plans.count - before == 1)
        #expect(world.status.rollout?.cause == .declared)
        #expect(world.status.previous?.version == "1.1.0")
        #expect(world[facts: "1.1.0"].outcome == .good, "nobody said anything against it")
    }

    @Test("under rollbackMaxUnavailable goes in waves, and never names what it leaves")
    func limited() {
        var world = delivered("1.0.0", "1.1.0")
        world.spec.strategy.rollbackMaxUnavailable = .count(5)
        let before = world.plans.count
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.plans.count - before == 4)
        #expect(world.plans[before...].allSatisfy { $0.canary?.version != "1.1.0" && $0.stable?.version != "1.1.0" })
    }

    @Test(
        "by as many hosts as may be in flight that fail what is proven, and serve nothing, stalls until they are held or removed",
        arguments: [true, false])
    func stalled(isHeld: Bool) {
        var world = delivered("1.0.0", hosts: 4)
        world.spec.strategy.rollbackMaxUnavailable = .count(1)
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.hosts.append(SimulatedHost("edge.node-9"))
        world.hosts[4].behaviour[World.revision("1.0.0")] = .failsProbe
        world.verbs.abort = world.status.rollout?.id
        world.run(seconds: 2000)
        #expect(world.isRunning && world.status.rollout?.kind == .return)
        #expect(
            world.status.message.contains("stalled, 1 host of at most 1 in flight, edge.node-9: ProbeFailed: it answered nothing. "),
            "\(world.status.message)")
        #expect(world[facts: "1.0.0"].outcome == .good && world[facts: "1.0.0"].quarantine == nil)
        if isHeld { world.hosts[4].isHeld = true } else { world.hosts.remove(at: 4) }
        world.run { $0.rolledBack }
        #expect(world.rolledBack && world.running("1.0.0") == 4, "\(world.testDescription)")
    }

    @Test("in the middle of a rollout, by the spec, stops it without a verdict")
    func revertedInTheMiddle() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
        #expect(world[facts: "1.1.0"].outcome == .unproven)
        #expect(world[facts: "1.1.0"].quarantine == nil)
    }

    @Test("by abort rejects the version until it is retried")
    func aborted() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.verbs.abort = world.status.rollout!.id
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
        #expect(world[facts: "1.1.0"].outcome == .rejected)
        #expect(world[facts: "1.1.0"].quarantine == nil)
        #expect(world.condition("Stalled")?.reason == "Rejected")
        // When it is retried, it is a new rollout
        world.verbs.retry = "http-1-1-0"
        world.run { $0.status.phase == .paused }
        #expect(world.status.rollout?.id == "http-1-1-0-2")
    }

    @Test("A quarantined version is not retried before its quarantine is deleted, and then it is")
    func retryQuarantined() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0", .failsProbe)
        world.run { $0.rolledBack }
        world.verbs.retry = "http-1-1-0"
        world.run(seconds: 30)
        #expect(!world.isRunning)
        #expect(world.status.message.contains("delete ModuleQuarantine q-http-1-1-0"))
        world[facts: "1.1.0"].quarantine = nil
        world.ask(for: "1.1.0", .works)
        world.run { $0.status.phase == .paused }
        #expect(world[facts: "1.1.0"].outcome == .unproven)
        #expect(world.running("1.1.0") == 10)
        #expect(world.status.rollout?.id == "http-1-1-0-2")
    }

    @Test("Superseded: the old canary goes back first, then the new one starts at step 0")
    func superseded() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        let before = world.plans.count
        world.ask(for: "1.2.0")
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .superseded)
        world.run { $0.running("1.2.0") > 0 }
        #expect(world.running("1.1.0") == 0, "never two canaries at once")
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.2.0") == 10 && world.running("1.0.0") == 10)
        #expect(world[facts: "1.1.0"].outcome == .unproven && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.plans[before].canary == nil)
    }

    @Test("Superseded by a proven version goes straight there")
    func supersededByProven() {
        var world = delivered("0.9.0", "1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.ask(for: "0.9.0")
        world.run { $0.isDelivered("0.9.0") }
        #expect(world.isDelivered("0.9.0"))
        #expect(world.status.rollout?.id == "http-0-9-0-2")
    }

    @Test("The target is the newest proven version that is neither quarantined nor refused")
    func target() {
        var world = delivered("0.8.0", "0.9.0", "1.0.0")
        world[facts: "1.0.0"].refusal = Refusal(.verified, reason: "NoPolicy", message: "no policy")
        world[facts: "0.9.0"].quarantine = QuarantineFacts(name: "q")
        world.ask(for: "1.1.0", .failsProbe)
        world.run { $0.rolledBack }
        #expect(world.running("0.8.0") == 20)
    }

    @Test("With no target left it holds, and says Degraded")
    func noTarget() {
        var world = delivered("1.0.0")
        world[facts: "1.0.0"].quarantine = QuarantineFacts(name: "q")
        world.ask(for: "1.1.0", .failsProbe)
        world.run(seconds: 100)
        #expect(world.status.rollout?.state == .held)
        #expect(world.status.phase == .degraded)
        #expect(world.plans.last?.canary == nil && world.plans.last?.stable == nil)
    }

    @Test("A user's quarantine in the middle of a rollout ends it")
    func quarantinedInTheMiddle() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q-user", reason: "CVE")
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
        #expect(world.status.rollout?.cause == .quarantined)
    }

    @Test("A quarantine of the stable version blocks joiners, and evicts only when it says so")
    func stableQuarantined() {
        var world = delivered("1.0.0", "1.1.0")
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q")
        world.decide()
        #expect(world.plan?.spec.stable == nil)
        #expect(world.running("1.1.0") == 20)
        world[facts: "1.1.0"].quarantine?.evicts = true
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
    }

    @Test("A proven version that fails on the way back is rolled back in turn")
    func declaredFails() {
        var world = delivered("1.0.0", "1.1.0")
        world.spec.strategy.rollbackMaxUnavailable = .count(5)
        world.ask(for: "1.0.0", .failsProbe)
        world.run { $0.rolledBack }
        #expect(world.running("1.1.0") == 20)
        #expect(world[facts: "1.0.0"].outcome == .bad)
    }

    @Test("Adopted: what most hosts run is stable, and the steps are walked")
    func adopted() {
        var world = delivered("1.0.0")
        // The deployment is created anew: no status, no plan, no proof
        world.status = ModuleDeploymentStatus()
        world.plan = nil
        world[facts: "1.0.0"].outcome = .unproven
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        #expect(world.status.stable?.revision == "http-1-0-0")
        #expect(world.running("1.1.0") == 10 && world.running("1.0.0") == 10)
    }

    @Test("Adopted with several versions: hosts are brought together first, within the limit")
    func adoptedMixed() {
        var world = delivered("1.0.0")
        world.ask(for: "1.1.0")
        world.spec.strategy.steps = [.setWeight(Weight(percent: 20)), .pause(seconds: nil)]
        world.run { $0.status.phase == .paused }
        world.status = ModuleDeploymentStatus()
        world.plan = nil
        world.spec.strategy.rollbackMaxUnavailable = .count(2)
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .adopted)
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 4 && world.running("1.0.0") == 16)
    }

    @Test("Found as wanted everywhere, it is proven without asking anything of hosts")
    func adoptedAsWanted() {
        var world = delivered("1.0.0")
        world.status = ModuleDeploymentStatus()
        world.plan = nil
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("A slot that an older deployment has is left alone")
    func conflict() {
        var world = World(hosts: 4)
        world.conflict = "billing/http"
        world.ask(for: "1.0.0")
        world.run(seconds: 20)
        #expect(world.plan == nil)
        #expect(world.condition("Stalled")?.reason == "SlotConflict")
        #expect(world.status.message.contains("billing/http"))
    }

    @Test("A host that dies while an upgrade under way is undone is held against nobody: what is returned to never ceased to serve")
    func undoneInTheMiddle() {
        var world = World(hosts: 4, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.ask(for: "1.0.0", .kills)
        let canary = world.hosts(running: "1.1.0")[0]
        for index in world.hosts.indices where index != canary { world.hosts[index].behaviour["http-1-0-0"] = .works }
        world.run { !$0.isRunning }
        #expect(world.status.stable?.version == "1.0.0" && world[facts: "1.0.0"].outcome == .good)
        #expect(world[facts: "1.0.0"].quarantine == nil)
        #expect(world.running("1.0.0") == 3)
    }
}

@Suite("The rollback window")
struct RollbackWindowTests {
    private func delivered(_ versions: String...) -> World {
        var world = World(hosts: 10)
        world.spec.strategy.maxUnavailable = .count(10)
        for version in versions { world.deliver(version) }
        world.spec.strategy.steps = [.setWeight(Weight(percent: 20)), .pause(seconds: nil)]
        return world
    }

    @Test("reaches as many proven versions before the stable one as it says, and the others go by the steps", arguments: 0...3)
    func width(window: Int) {
        for (place, version) in ["1.2.0", "1.1.0", "1.0.0"].enumerated() {
            var world = delivered("1.0.0", "1.1.0", "1.2.0", "1.3.0")
            world.spec.strategy.rollbackWindow = window
            world.ask(for: version)
            world.run { $0.isDelivered(version) || $0.status.phase == .paused }
            #expect(world.isDelivered(version) == (place < window), "\(version), a window of \(window): \(world.status.message)")
            #expect(world.running(version) == (place < window ? 10 : 2))
        }
    }

    @Test("does not count what is quarantined or was given up")
    func counted() {
        var world = delivered("1.0.0", "1.1.0", "1.2.0")
        world.spec.strategy.rollbackWindow = 1
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q")
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("is every proven version before the stable one where it is not set; what is newer goes by the steps, proven or not")
    func onlyBackwards() {
        var world = delivered("1.0.0", "1.1.0")
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world[facts: "1.1.0"].outcome == .good)
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 2 && world.status.rollout?.kind == .steps, "\(world.status.message)")
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.running("1.1.0") == 10)
    }

    @Test("A return under way is taken back at once: its hosts have what they left")
    func takenBack() {
        var world = delivered("1.0.0", "1.1.0")
        world.spec.strategy.rollbackMaxUnavailable = .count(2)
        world.spec.strategy.rollbackWindow = 1
        world.ask(for: "1.0.0")
        world.run { $0.running("1.0.0") == 4 }
        world.ask(for: "1.1.0")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.running("1.1.0") == 10)
    }

    @Test("bounds no way back from what failed")
    func failures() {
        var world = delivered("1.0.0", "1.1.0")
        world.spec.strategy.rollbackWindow = 0
        world.ask(for: "1.2.0", .failsProbe)
        world.run { $0.rolledBack }
        #expect(world.running("1.1.0") == 10)
    }

    @Test("A proven version that goes forward by the steps, and fails, is bad and goes back")
    func failsForward() {
        var world = delivered("1.0.0", "1.1.0")
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        world.ask(for: "1.1.0", .failsProbe)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10 && world[facts: "1.1.0"].outcome == .bad && world[facts: "1.1.0"].quarantine != nil)
    }
}

@Suite("A quarantine by hand of what was proven")
struct QuarantinedProofTests {
    @Test("counts until it is lifted; then the version has to prove itself anew", arguments: [false, true])
    func lifted(evicts: Bool) {
        var world = World(hosts: 4)
        for version in ["1.0.0", "1.1.0", "1.2.0"] { world.deliver(version) }
        let version = evicts ? "1.2.0" : "1.1.0"
        world[facts: version].quarantine = QuarantineFacts(name: "q-user", evicts: evicts, reason: "CVE-1")
        world.run(seconds: 60)
        #expect(world.running(evicts ? "1.1.0" : "1.2.0") == 4)
        #expect(world[facts: version].outcome == .bad && world[facts: version].message == "Quarantined by q-user: CVE-1.")
        world[facts: version].quarantine = nil
        world.decide()
        #expect(world[facts: version].outcome == .unproven)
    }

    @Test("that lets hosts keep it judges it only when they have left it")
    func kept() {
        var world = World(hosts: 4)
        for version in ["1.0.0", "1.1.0"] { world.deliver(version) }
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q-user", reason: "CVE-1")
        world.run(seconds: 60)
        #expect(world.running("1.1.0") == 4 && world[facts: "1.1.0"].outcome == .good)
        world.ask(for: "1.2.0")
        world.run { $0.isDelivered("1.2.0") }
        #expect(world[facts: "1.1.0"].outcome == .bad)
    }
}
