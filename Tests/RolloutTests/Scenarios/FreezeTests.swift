import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Freeze windows")
struct FreezeTests {
    private func freeze(_ world: World, seconds: Int = 10_000) -> FreezeFacts {
        FreezeFacts(guards: ["year-end"], until: world.now + .seconds(seconds), reason: "Ask the on-call lead.")
    }

    private func upgrading(_ behaviour: Behaviour = .works, until isDone: (World) -> Bool = { $0.running("1.1.0") == 2 }) -> World {
        var world = World(hosts: 12, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: 60)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        world.run(until: isDone)
        return world
    }

    @Test("keep a rollout from beginning, say so once, and let it begin when they end")
    func beforeTheFirstWave() {
        var world = World(hosts: 12)
        world.deliver("1.0.0")
        world.guards.freeze = freeze(world)
        world.ask(for: "1.1.0")
        let plan = world.plan
        world.run(seconds: 5000)
        #expect(world.plan == plan && world.running("1.1.0") == 0)
        #expect(world.status.phase == .paused)
        #expect(world.condition("Ready")?.reason == "FreezeWindow" && world.condition("Stalled") == nil)
        #expect(
            world.status.message.hasPrefix(
                "Not begun: held by RolloutGuard year-end until \(world.guards.freeze!.until!). Ask the on-call lead."),
            "\(world.status.message)")
        #expect(world.events.count { if case .freezeHolds = $0 { true } else { false } } == 1)
        #expect(world.decision?.wakeAt == world.guards.freeze?.until)
        world.guards.freeze = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("let hosts that were asked go on, open no further wave, and stop the clock")
    func inTheMiddle() {
        var world = upgrading(until: { $0.status.rollout?.wave.number == 1 })
        world.spec.strategy.stepDeadlineSeconds = 300
        world.guards.freeze = freeze(world)
        let plan = world.plan
        world.run(seconds: 9000)
        #expect(world.plan == plan)
        #expect(world.running("1.1.0") == 2, "those of the first wave")
        #expect(world.isRunning && world.status.rollout?.kind == .steps)
        #expect(world.status.message.contains("step 1 of 3, 50%: held by RolloutGuard year-end"), "\(world.status.message)")
        world.guards.freeze = nil
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"), "no deadline has passed meanwhile: \(world.status.message)")
    }

    @Test("stand in the way of no failure: what fails meanwhile goes back, and is quarantined")
    func failures() {
        var world = upgrading(.failsProbe, until: { $0.status.rollout?.wave.number == 1 })
        world.guards.freeze = freeze(world)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 12)
        #expect(world[facts: "1.1.0"].quarantine != nil)
    }

    @Test("stop no abort, no quarantine, no withdrawal, and no declared way back", arguments: 0..<4)
    func waysBack(way: Int) {
        var world = upgrading()
        world.guards.freeze = freeze(world)
        world.run(seconds: 60)
        switch way {
        case 0: world.verbs.abort = world.status.rollout?.id
        case 1: world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", reason: "CVE")
        case 2: world.distrust("1.1.0", Withdrawal(limits: []))
        default: world.ask(for: "1.0.0")
        }
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 12, "\(world.status.message)")
    }

    @Test("Back to what is proven is never held; forward to what was proven once is as good as a rollout")
    func proven() {
        var world = World(hosts: 6)
        for version in ["1.0.0", "1.1.0"] { world.deliver(version) }
        world.guards.freeze = freeze(world)
        world.ask(for: "1.0.0")
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
        world.ask(for: "1.1.0")
        world.run(seconds: 1000)
        #expect(world.running("1.1.0") == 0 && world.condition("Ready")?.reason == "FreezeWindow")
        world.verbs.overrideFreeze = "the fix for the outage"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("are overridden for one rollout with a reason, which an event tells, and not for the next")
    func override() {
        var world = upgrading()
        world.guards.freeze = freeze(world, seconds: 100_000)
        world.run(seconds: 100)
        world.verbs.overrideFreeze = "INC-4711, approved by Ann"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(
            world.events.contains {
                $0.reason == "FreezeOverridden" && $0.note.contains("in spite of RolloutGuard year-end. Reason: INC-4711, approved by Ann.")
                    && $0.isWarning
            })
        world.ask(for: "1.2.0")
        world.run(seconds: 1000)
        #expect(world.running("1.2.0") == 0)
        // It may begin by an override as well.
        world.verbs.overrideFreeze = "INC-4712"
        world.run { $0.isDelivered("1.2.0") }
        #expect(world.isDelivered("1.2.0"))
    }

    @Test("An override that overrides nothing is ignored, and consumed", arguments: [true, false])
    func idleOverride(isFrozen: Bool) {
        var world = World(hosts: 3)
        world.deliver("1.0.0")
        if isFrozen { world.guards.freeze = freeze(world) }
        world.verbs.overrideFreeze = "just in case"
        world.decide()
        #expect(world.verbs.overrideFreeze == nil)
        #expect(world.events.contains { if case .verbIgnored("override-freeze", _) = $0 { true } else { false } })
    }

    @Test("The clock stands still from the moment a window begins, and steps that begin meanwhile keep their time")
    func clock() {
        var world = upgrading(until: { $0.status.phase == .paused })
        #expect(world.status.rollout?.stepIndex == 1)
        let begin = world.now + .seconds(20)
        world.guards.nextFreeze = begin
        world.decide()
        #expect(world.decision?.wakeAt == begin)
        world.now = begin
        world.guards = GuardFacts(freeze: freeze(world))
        world.run(seconds: 5000)
        #expect(world.status.rollout?.progress.suspendedSince?.time == begin)
        // The last step is promoted in the middle of it: it begins, and asks nobody yet.
        world.verbs.promote = "\(world.status.rollout!.id)/1"
        world.run(seconds: 1000)
        #expect(world.status.rollout?.stepIndex == 2 && world.running("1.1.0") == 6)
        world.guards = GuardFacts()
        world.decide()
        #expect(world.status.rollout.map { $0.stepStartTime!.time <= world.now } == true)
    }

    @Test("A guard that can't be read holds without an end, and says that somebody must act")
    func unreadable() {
        var world = World(hosts: 3)
        world.deliver("1.0.0")
        world.guards.freeze = FreezeFacts(guards: ["year-end"], until: nil, reason: "RolloutGuard year-end: no such time zone.")
        world.ask(for: "1.1.0")
        world.run(seconds: 2000)
        #expect(world.running("1.1.0") == 0)
        #expect(world.condition("Stalled")?.reason == "FreezeWindow")
    }
}
