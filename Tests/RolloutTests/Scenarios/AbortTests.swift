import GraftAPI
import KubeCore
import Testing

@testable import Rollout

/// Where a rollout can be when someone gives it up.
enum Predicament: String, CaseIterable, Sendable {
    case moving, soaking, pausing, awaitingApproval, stepSoaking, overdue, stuck, fleetUnhealthy, conflict, invalidSpec, deadRegistry
    case distrusted, waitingForSignature, frozen, overBudget, inNeed, noHosts, noCanary, pausedBySpec
}

@Suite("Abort always wins")
struct AbortTests {
    private func world(in predicament: Predicament) -> World {
        let steps: [Step] = [
            .setWeight(Weight(percent: 20)), .pause(seconds: 600), .approve(Approval(approvers: ["ann"])), .soak(seconds: 600),
        ]
        var world = World(hosts: 10, steps: steps)
        world.deliver("1.0.0")
        world.ask(
            for: "1.1.0", predicament == .overdue || predicament == .noCanary ? .hangs : predicament == .stuck ? .cannotBeFetched : .works)
        if predicament == .overdue { world.spec.strategy.onDeadline = .pause }
        if predicament == .frozen { world.run { $0.running("1.1.0") == 1 } }
        switch predicament {
        case .moving, .conflict, .invalidSpec, .deadRegistry, .fleetUnhealthy, .noHosts, .noCanary, .distrusted, .pausedBySpec:
            world.run { $0.status.rollout?.wave.number == 1 }
        case .soaking: world.run { $0.status.rollout?.wave.soakStartTime != nil }
        case .pausing: world.run { $0.status.rollout?.stepIndex == 1 }
        case .awaitingApproval, .stepSoaking:
            world.run { $0.status.rollout?.stepIndex == 2 }
            if predicament == .stepSoaking {
                world.verbs.approve = "\(world.status.rollout!.id)/2/ann"
                world.run { $0.status.rollout?.stepIndex == 3 }
            }
        case .overdue: world.run { $0.status.rollout?.overdue != nil }
        case .stuck: world.run(seconds: 1000)
        case .waitingForSignature: world.allow("1.1.0", 10)
        case .frozen: world.guards.freeze = FreezeFacts(guards: ["g"], until: nil, reason: "")
        case .overBudget:
            world.guards.budget = BudgetFacts(name: "g", limit: 1, hosts: 10, used: 1, holders: "x 1", left: 0)
        case .inNeed: for index in world.hosts.indices { world.hosts[index].unmetNeeds = [World.revision("1.1.0"): "no tls"] }
        }
        switch predicament {
        case .fleetUnhealthy: world.kill(5..<9)
        case .conflict: world.conflict = "spec.slot: it belongs to another."
        case .invalidSpec: world.wanted = .refused(Refusal(.ready, reason: "InvalidReference", message: "spec.module: it is none."))
        case .deadRegistry: world.wanted = .pending("registry.example/f/http:9.9.9 is being resolved")
        case .pausedBySpec: world.spec.paused = true
        case .distrusted: world.distrust("1.1.0", nil)
        case .noHosts, .noCanary:
            world.kill(world.hosts.indices.filter { predicament == .noHosts || world.asked($0) == World.revision("1.1.0") })
        default: break
        }
        if ![.moving, .soaking, .overdue].contains(predicament) { world.run(seconds: 30) }
        return world
    }

    @Test("from every state: at once the plan leads back, and at last every host that is there is back", arguments: Predicament.allCases)
    func aborted(predicament: Predicament) throws {
        var world = world(in: predicament)
        #expect(world.isRunning && world.status.rollout?.kind == .steps, "given a rollout: \(world.status.message)")
        world.verbs.abort = try #require(world.status.rollout?.id)
        world.decide()
        #expect(world.status.rollout?.cause == .aborted && world.verbs.abort == nil)
        #expect(world.hosts.indices.allSatisfy { world.asked($0) != World.revision("1.1.0") }, "\(predicament)")
        for index in world.hosts.indices { world.hosts[index].isReady = true }
        // A way back that was asked for waits for no pause; what comes after it does.
        world.run { !$0.isRunning }
        #expect(world.running("1.0.0") == 10, "\(world.status.message)")
        if predicament == .pausedBySpec { #expect(world.condition("Ready")?.reason == "Paused") }
        world.spec.paused = false
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10, "\(world.status.message)")
        #expect(world[facts: "1.1.0"].outcome == .rejected)
        if case .revision = world.wanted, predicament != .conflict { #expect(world.condition("Ready")?.reason == "Rejected") }
    }
}

@Suite("While the spec pauses everything")
struct PausedVerbTests {
    private func paused() -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.rollout?.stepIndex == 1 }
        world.spec.paused = true
        world.decide()
        return world
    }

    @Test("a promotion waits, and is obeyed when it goes on")
    func promotionWaits() {
        var world = paused()
        world.verbs.promote = "\(world.status.rollout!.id)/1"
        world.run(seconds: 60)
        #expect(world.verbs.promote != nil && world.status.rollout?.stepIndex == 1)
        world.spec.paused = false
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.running("1.1.0") == 10)
    }

    @Test("an abort goes back, whatever else is asked meanwhile, and nothing new begins before it goes on")
    func abortOnly() {
        var world = paused()
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.verbs.abort = world.status.rollout!.id
        world.ask(for: "1.2.0")
        world.run { !$0.isRunning }
        #expect(world.running("1.0.0") == 10 && world.running("1.2.0") == 0)
        world.run(seconds: 600)
        #expect(world.running("1.0.0") == 10 && world.status.phase == .paused)
        world.spec.paused = false
        world.run { $0.running("1.2.0") > 0 }
        #expect(world[facts: "1.1.0"].outcome == .rejected)
    }

    @Test("a way back for another cause stays where it is until an abort of it, which keeps the cause")
    func returnStays() {
        var world = paused()
        world.spec.paused = false
        world.spec.strategy.rollbackMaxUnavailable = .count(1)
        world.ask(for: "1.2.0")
        world.run { $0.status.rollout?.kind == .return }
        world.spec.paused = true
        world.run(seconds: 600)
        #expect(world.isRunning && world.status.phase == .paused && world.running("1.1.0") > 0)
        #expect(world.status.message.contains("graft abort http goes back all the same"), "\(world.status.message)")
        let (id, cause) = (world.status.rollout!.id, world.status.rollout?.cause)
        world.verbs.abort = id
        world.run { !$0.isRunning }
        #expect(world.running("1.0.0") == 10 && world.running("1.2.0") == 0, "\(world.status.message)")
        #expect(world.status.rollout?.id == id && world.status.rollout?.cause == cause && cause == .superseded)
        #expect(world.events.count { if case .released(rollout: id) = $0 { true } else { false } } == 1)
        // Asked again, there is nothing left to release.
        world.verbs.abort = id
        world.run(seconds: 60)
        #expect(world.verbs.abort == nil && world.status.phase == .paused)
        world.spec.paused = false
        world.run { $0.running("1.2.0") > 0 }
    }
}

@Suite("A manifest that asks for what was given up")
struct ResyncTests {
    @Test("changes nothing however often it comes, and says why, once")
    func resync() {
        var world = World(hosts: 6)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", .failsProbe)
        world.run { $0.rolledBack }
        world.run(seconds: 100)
        let (plan, status) = (world.plan, world.status)
        for _ in 0..<20 {
            world.now = world.now + .seconds(60)
            world.decide()
        }
        #expect(world.plan == plan && world.status == status)
        func told() -> Int { world.events.count { if case .refused = $0 { true } else { false } } }
        #expect(told() == 0, "the quarantine itself was told")
        // Someone mends the manifest, and the tool sets it back.
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        let mended = world.plan
        world.wanted = .revision(World.revision("1.1.0"))
        for _ in 0..<20 {
            world.now = world.now + .seconds(60)
            world.decide()
        }
        #expect(world.plan == mended && told() == 1)
        #expect(world.condition("Ready")?.reason == "RolledBack")
        #expect(world.status.message.hasPrefix("1.1.0 was rolled back: "), "\(world.status.message)")
    }
}
