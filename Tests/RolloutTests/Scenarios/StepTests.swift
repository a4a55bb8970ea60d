import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Steps")
struct StepTests {
    private static let steps: [Step] = [
        .setWeight(Weight(percent: 10)), .pause(seconds: 60), .setWeight(Weight(percent: 50)), .pause(seconds: nil),
    ]

    private func upgrading(_ behaviour: Behaviour = .works, hosts: Int = 20) -> World {
        var world = World(hosts: hosts, steps: StepTests.steps)
        world.spec.strategy.maxUnavailable = .count(5)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    @Test("are walked: weight, timed pause, weight, pause until promoted, all")
    func walked() {
        var world = upgrading()
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 2)
        #expect(world.status.summary.step == "2/5")
        #expect(world.status.message.contains("paused until 20"))
        let pausedAt = world.now
        world.run { $0.status.rollout?.stepIndex == 2 }
        #expect(world.now - pausedAt >= .seconds(59))
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 10)
        // Then it waits for ever
        world.run(seconds: 3000)
        #expect(world.running("1.1.0") == 10)
        // When it is promoted
        world.verbs.promote = "\(world.status.rollout!.id)/3"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.status.stable?.version == "1.1.0")
        #expect(world.status.previous?.version == "1.0.0")
        #expect(world.status.canary == nil)
    }

    @Test("Steps that are taken away in the middle of the first leave its rollout to reach every host, wave by wave")
    func stepsTakenAway() {
        var world = upgrading()
        world.run { $0.running("1.1.0") > 0 }
        #expect(world.status.rollout?.stepIndex == 0)
        world.spec.strategy.steps = []
        world.run { $0.status.stable?.version == "1.1.0" }
        #expect(world.running("1.1.0") == 20)
        let mostAtOnce = zip(world.plans, world.plans.dropFirst()).map { earlier, later in
            world.hosts.count { host in
                later.revision(forHost: host.name)?.version == "1.1.0" && earlier.revision(forHost: host.name)?.version != "1.1.0"
            }
        }
        #expect(mostAtOnce.allSatisfy { $0 <= 5 })
    }

    @Test("A promotion of another step is ignored, and consumed")
    func wrongPromotion() {
        var world = upgrading()
        world.run { $0.status.rollout?.stepIndex == 3 }
        world.verbs.promote = "\(world.status.rollout!.id)/1"
        world.decide()
        #expect(world.status.rollout?.stepIndex == 3)
        #expect(world.verbs.promote == nil)
        #expect(world.events.contains { if case .verbIgnored = $0 { true } else { false } })
    }

    @Test("A full promotion skips every pause, but not the waves")
    func fullPromotion() {
        var world = upgrading()
        world.run { $0.status.phase == .paused }
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.decide()
        #expect(world.hosts.indices.count { world.asked($0) == "http-1-1-0" } == 7)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("The cutoff stands for a whole step: joiners are placed by it")
    func joiners() {
        var world = upgrading()
        world.run { $0.status.phase == .paused }
        let cutoffs = world.plan?.spec.cutoffs
        for index in 20..<60 { world.hosts.append(SimulatedHost("edge.node-\(index)")) }
        world.run(seconds: 30)
        #expect(world.plan?.spec.cutoffs == cutoffs)
        let below = world.hosts.indices.count { world.asked($0) == "http-1-1-0" }
        #expect(world.running("1.1.0") == below)
    }

    @Test("spec.paused stops time: nothing moves and no deadline passes")
    func paused() {
        var world = upgrading()
        world.run { $0.running("1.1.0") == 1 || $0.running("1.1.0") == 2 }
        world.spec.paused = true
        world.decide()
        let plan = world.plan
        world.run(seconds: 5000)
        #expect(world.plan == plan)
        #expect(world.status.phase == .paused)
        #expect(world.status.message.contains("spec.paused"))
        world.spec.paused = false
        world.run { $0.status.rollout?.stepIndex == 1 }
        let resumed = world.now
        world.run { $0.status.rollout?.stepIndex == 2 }
        #expect(world.now - resumed >= .seconds(59), "the pause of 60 s lasts 60 s of the time that passes")
        #expect(world[facts: "1.1.0"].outcome == .unproven)
    }

    @Test("A rollout that lost all its canaries' time to a pause is not over its deadline")
    func deadlineStopsWhilePaused() {
        var world = upgrading(.hangs)
        world.run { $0.status.rollout?.wave.number == 1 }
        world.spec.paused = true
        world.run(seconds: 500)
        world.spec.paused = false
        world.run(seconds: 60)
        #expect(world.isRunning && world.status.rollout?.kind == .steps)
        world.run(seconds: 120)
        #expect(world.status.rollout?.kind == .return)
    }

    @Test("The next wave opens only after the soak")
    func soak() {
        var world = upgrading()
        world.spec.strategy.steps = []
        world.spec.strategy.soakSeconds = 30
        world.run { $0.running("1.1.0") == 5 }
        let active = world.now
        world.run { $0.status.rollout?.wave.number == 2 }
        #expect(world.now - active >= .seconds(30))
    }

    @Test("Plan writes depend on steps and waves, not on hosts", arguments: [20, 200, 1000])
    func planWrites(hosts: Int) {
        var world = World(hosts: hosts, steps: StepTests.steps)
        world.spec.strategy.maxUnavailable = .share(Weight(percent: 25))
        world.deliver("1.0.0")
        let before = world.plans.count
        world.ask(for: "1.1.0")
        world.run { $0.status.rollout?.stepIndex == 3 }
        world.verbs.promote = "\(world.status.rollout!.id)/3"
        world.run { $0.isDelivered("1.1.0") }
        // One wave to 10 %, two to 50 %, two to all, and the end.
        #expect(world.plans.count - before == 6)
    }

    @Test("Weights round up: a tenth of three hosts is one")
    func roundsUp() {
        var world = World(hosts: 3, steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 1)
    }

    @Test("A step needs an active canary: with all of them gone it waits")
    func needsCanary() {
        var world = upgrading()
        world.spec.strategy.soakSeconds = 0
        world.run { $0.status.rollout?.wave.number == 1 }
        let canaries = world.hosts.indices.filter { world.asked($0) == "http-1-1-0" }
        // Gone before they activated anything: nobody's fault
        world.kill(canaries)
        world.run(seconds: 400)
        #expect(world.status.rollout?.stepIndex == 0)
        #expect(world.status.rollout?.kind == .steps)
        #expect(world.condition("Progressing")?.reason == "NoActiveCanary")
        for index in canaries { world.hosts[index].isReady = true }
        world.run { $0.status.rollout?.stepIndex == 1 }
        #expect(world.status.rollout?.stepIndex == 1)
    }

    @Test("A step whose hosts are all gone from the cluster asks others")
    func hostsRemoved() {
        var world = upgrading()
        world.spec.strategy.soakSeconds = 0
        world.run { $0.status.rollout?.wave.number == 1 }
        let canaries = Set(world.hosts.indices.filter { world.asked($0) == "http-1-1-0" }.map { world.hosts[$0].name })
        #expect(!canaries.isEmpty)
        world.hosts.removeAll { canaries.contains($0.name) }
        world.run { $0.status.rollout?.stepIndex == 1 }
        #expect(world.status.rollout?.stepIndex == 1)
        #expect(world.running("1.1.0") > 0)
    }

    @Test("Sticky cohorts send the same hosts first, rotating ones others")
    func cohorts() {
        func firstHosts(_ cohort: Strategy.Cohort, _ version: String, _ world: inout World) -> Set<Int> {
            world.spec.strategy.cohort = cohort
            world.ask(for: version)
            world.run { $0.status.phase == .paused }
            let canaries = Set(world.hosts(running: version))
            world.verbs.promote = "\(world.status.rollout!.id)/full"
            world.run { $0.isDelivered(version) }
            return canaries
        }
        var world = World(hosts: 30, steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        let first = firstHosts(.sticky, "1.1.0", &world)
        #expect(firstHosts(.sticky, "1.2.0", &world) == first)
        #expect(firstHosts(.rotate, "1.3.0", &world) != firstHosts(.rotate, "1.4.0", &world))
    }

    @Test("When all who were asked have left the fleet, the share is taken of those who are there")
    func everybodyAskedIsGone() {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.plan?.spec.cutoffs.isEmpty == false && $0.status.rollout?.kind == .steps }
        world.hosts.removeAll { $0.asked(by: world.plan!.spec)?.version == "1.1.0" }
        #expect(world.hosts.count == 9)
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.running("1.1.0") == 1, "\(world.testDescription)")
    }
}
