import GraftAPI
import KubeCore
import Schema
import Testing

@testable import Rollout

@Suite("Failures")
struct FailureTests {
    private func upgrading(_ behaviour: Behaviour, hosts: Int = 20, steps: [Step] = [.setWeight(Weight(percent: 10))]) -> World {
        var world = World(hosts: hosts, steps: steps)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    @Test("A failed probe rolls back, quarantines and says so")
    func probeFails() throws {
        var world = upgrading(.failsProbe)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
        #expect(world.status.phase == .degraded)
        #expect(world[facts: "1.1.0"].outcome == .bad)
        #expect(world[facts: "1.1.0"].quarantine != nil)
        #expect(world.status.message.contains("ProbeFailed"))
        #expect(world.condition("Stalled")?.reason == "RolledBack")
        #expect(world.plan?.spec.stable?.version == "1.0.0")
        let entry = try #require(world.status.history.first { $0.version == "1.1.0" })
        #expect(entry.outcome == .bad)
        // Then it stays there
        world.run(seconds: 300)
        #expect(!world.isRunning && world.running("1.0.0") == 20)
    }

    @Test("Failures under the threshold do not stop it")
    func underThreshold() {
        var world = upgrading(.works)
        world.spec.strategy.failureThreshold = .count(3)
        world.hosts[3].behaviour["http-1-1-0"] = .failsProbe
        world.hosts[7].behaviour["http-1-1-0"] = .failsProbe
        world.run { $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" }
        #expect(world.running("1.1.0") == 18)
        #expect(world.status.hosts.failed == 2)
        #expect(world[facts: "1.1.0"].outcome == .good)
    }

    @Test(
        "However much a host says of a failure, what is written of it fits, or nothing would ever go back",
        arguments: ["x", "\u{301}", "\u{1F469}\u{200D}\u{1F680}", "ü"])
    func verbose(text: String) throws {
        var world = upgrading(.failsProbe)
        for index in world.hosts.indices {
            world.hosts[index].complaint = String(String(repeating: text, count: 1024).unicodeScalars.prefix(1024))
        }
        world.run { $0.rolledBack }
        #expect(world.rolledBack)
        #expect(ModuleDeploymentStatus.schema.errors(in: world.status.json).isEmpty)
        #expect(world.status.rollout?.reason?.contains("ProbeFailed") == true)
        let facts = world[facts: "1.1.0"]
        #expect(try #require(facts.message).unicodeScalars.count <= 1024)
        #expect(try #require(facts.quarantine).reason.unicodeScalars.count <= 1024)
        // Nor does what a registry or a schema says of a version
        world.wanted = .refused(Refusal(.verified, reason: "NoValidSignature", message: String(repeating: text, count: 50_000)))
        world.decide()
        #expect(world.condition("Verified")?.message.isEmpty == false)
        #expect(ModuleDeploymentStatus.schema.errors(in: world.status.json).isEmpty)
        // Nor what a person wrote into a quarantine
        world.ask(for: "1.2.0")
        world.run { $0.status.canary?.version == "1.2.0" }
        world[facts: "1.2.0"].quarantine = QuarantineFacts(name: "by-hand", reason: String(repeating: "y", count: 1024))
        world.run { $0.rolledBack }
        #expect(ModuleDeploymentStatus.schema.errors(in: world.status.json).isEmpty, "\(world.testDescription)")
    }

    @Test("A host that lies about a failure is one host: it takes as many liars as the threshold says")
    func liars() {
        for (liars, isRolledBack) in [(1, false), (2, true)] {
            var world = upgrading(.works, steps: [])
            world.spec.strategy.failureThreshold = .count(2)
            for index in 0..<liars { world.hosts[index].behaviour["http-1-1-0"] = .failsProbe }
            world.run { $0.rolledBack || $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" }
            #expect(world.rolledBack == isRolledBack, "\(liars)")
        }
    }

    @Test("A host that says it is active on everything speaks for itself alone")
    func flatterer() {
        // Given a version that fails everywhere, and a host that says otherwise
        var world = upgrading(.failsProbe, steps: [])
        world.hosts[0].behaviour["http-1-1-0"] = .works
        world.run { $0.rolledBack }
        #expect(world.rolledBack)
        #expect(world[facts: "1.1.0"].outcome == .bad)
    }

    @Test("A host that is held has no say, whatever it reports", arguments: [Behaviour.failsProbe, .kills])
    func held(behaviour: Behaviour) {
        // Given a host that failed what it was asked for, in a rollout that bears one failure
        var world = upgrading(.works, steps: [])
        world.spec.strategy.failureThreshold = .count(2)
        world.spec.strategy.maxUnavailable = .count(20)
        world.hosts[0].behaviour["http-1-1-0"] = behaviour
        world.hosts[1].behaviour["http-1-1-0"] = behaviour
        // When one of the two that fail it is held, whose agent goes on all the same
        world.hosts[1].isHeld = true
        world.hosts[1].isDefiant = true
        // Then the other alone is no reason to go back
        world.run { $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" }
        #expect(!world.rolledBack && world.status.stable?.version == "1.1.0", "\(world.testDescription)")
    }

    @Test("A share as threshold counts those updated")
    func shareThreshold() {
        var world = upgrading(.works, steps: [])
        world.spec.strategy.maxUnavailable = .count(10)
        world.spec.strategy.failureThreshold = .share(Weight(percent: 30))
        for index in 0..<8 { world.hosts[index].behaviour["http-1-1-0"] = .failsProbe }
        world.run { $0.rolledBack }
        #expect(world.rolledBack)
    }

    @Test("What can't be fetched stalls with a condition, and nothing is quarantined")
    func environment() {
        var world = upgrading(.cannotBeFetched)
        world.run(seconds: 3000)
        #expect(world.status.rollout?.kind == .steps && world.isRunning)
        #expect(world[facts: "1.1.0"].quarantine == nil && world[facts: "1.1.0"].outcome == .unproven)
        #expect(world.condition("Stalled")?.reason == "EnvironmentFailure")
        #expect(world.status.message.contains("FetchFailed"))
        // When it is mended, it goes on
        for index in world.hosts.indices {
            world.hosts[index].behaviour["http-1-1-0"] = .works
            if world.hosts[index].slot?.target?.state == .fetching { world.hosts[index].slot?.target = nil }
        }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("One host that can't fetch is left behind after the deadline, while more may be in flight")
    func leftBehind() {
        var world = upgrading(.works, steps: [])
        world.spec.strategy.maxUnavailable = .count(4)
        world.hosts[5].behaviour["http-1-1-0"] = .cannotBeFetched
        world.run { $0.status.phase == .healthy }
        #expect(world.running("1.1.0") == 19)
        #expect(world.status.message.contains("1 host still to follow"))
    }

    @Test("A probe that hangs past the deadline rolls back")
    func deadline() {
        var world = upgrading(.hangs)
        world.run(seconds: 60)
        #expect(world.status.rollout?.kind == .steps)
        world.run { $0.status.rollout?.kind == .return }
        #expect(world[facts: "1.1.0"].outcome == .bad)
        #expect(world.status.rollout?.cause == .deadline)
    }

    @Test("A new leader grants a minute past a deadline")
    func newLeader() {
        var world = upgrading(.hangs)
        world.run(seconds: 60)
        world.now = world.now + .seconds(500)
        world.leaderSince = world.now
        world.decide()
        #expect(world.status.rollout?.kind == .steps)
        world.run(seconds: 61)
        #expect(world.status.rollout?.kind == .return, "\(world.testDescription)")
    }

    @Test("A host that vanishes in its soak is a failure")
    func vanishesInSoak() {
        var world = upgrading(.kills, steps: [])
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .failures)
        #expect(world.status.rollout?.reason?.contains("vanished while it soaked") == true)
        #expect(world[facts: "1.1.0"].quarantine != nil)
    }

    @Test("A stable version that fails blocks no good canary, and is none of its failures")
    func failingStable() {
        var world = upgrading(.works, steps: [.setWeight(Weight(percent: 10)), .setWeight(Weight(percent: 50))])
        world.decide()
        // Given hosts above the cutoff whose stable version has failed
        for index in world.hosts.indices where world.asked(index) == "http-1-0-0" {
            world.hosts[index].slot?.target = SlotTarget(revision: "http-1-0-0", state: .failed, blame: .module, reason: "ProbeFailed")
            world.hosts[index].slot?.active = nil
        }
        #expect(world.status.hosts.failed == 0)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0") && world[facts: "1.1.0"].outcome == .good)
    }

    @Test("A host that was left behind by an earlier wave and then dies stays in flight")
    func diesAfterItWasLeftBehind() {
        var world = upgrading(.works, hosts: 10, steps: [])
        world.spec.strategy.maxUnavailable = .count(2)
        world.decide()
        // Given a host of the first wave that can't fetch, and is left behind
        let slow = world.hosts.indices.first { world.asked($0) == "http-1-1-0" }!
        world.hosts[slow].behaviour["http-1-1-0"] = .cannotBeFetched
        world.run { $0.status.rollout?.wave.number == 2 }
        // When it dies in the second wave
        world.kill([slow])
        world.run { $0.status.rollout?.wave.number == 4 }
        // Then no wave asks a second host beside it
        let asked = world.hosts.indices.count { world.asked($0) == "http-1-1-0" && world.hosts[$0].active != "http-1-1-0" }
        #expect(asked == 2 && world.status.rollout?.vanishedHosts == [world.hosts[slow].name])
    }

    @Test("Hosts that vanish before they answer are nobody's failures, but use up what may be in flight", arguments: [2, 3])
    func vanishesBeforeItAnswers(maxUnavailable: Int) {
        // Given a module that takes its host down before anything can be reported
        var world = upgrading(.works, steps: [])
        world.spec.strategy.maxUnavailable = .count(maxUnavailable)
        world.decide()
        let asked = world.hosts.indices.filter { world.asked($0) == "http-1-1-0" }
        // When two of those asked vanish
        world.kill(asked.prefix(2))
        world.run(seconds: 400)
        // Then no more than the limit are ever out of service
        #expect(world.hosts.count { !$0.isReady } == 2)
        #expect(world.running("1.1.0") == (maxUnavailable == 2 ? 0 : 18))
        #expect(world[facts: "1.1.0"].quarantine == nil)
        if maxUnavailable == 2 {
            #expect(world.status.message.contains("vanished after it was asked"))
            // When they are back, it goes on
            for index in asked { world.hosts[index].isReady = true }
            world.run { $0.isDelivered("1.1.0") }
            #expect(world.isDelivered("1.1.0"))
        }
    }

    @Test("A host that vanishes in the last wave does not keep the rollout from its end")
    func vanishesInTheLastWave() {
        var world = upgrading(.works, steps: [])
        world.spec.strategy.maxUnavailable = .count(1)
        world.run { $0.running("1.1.0") == 19 }
        world.run { world in world.hosts.indices.allSatisfy { world.asked($0) == "http-1-1-0" } }
        let last = world.hosts.indices.filter { world.hosts[$0].active != "http-1-1-0" }
        world.kill(last)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.status.hosts.skipped == 1)
    }

    @Test("A host that vanished before its turn is skipped, and catches up")
    func skipped() {
        var world = upgrading(.works, steps: [])
        world.kill([4])
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.status.hosts.skipped == 1)
        world.hosts[4].isReady = true
        world.run(seconds: 10)
        #expect(world.hosts[4].active == "http-1-1-0")
        #expect(world.status.hosts.updated == 20)
    }

    @Test("When the fleet vanishes, nobody is blamed and nothing moves until it is back")
    func fleetUnhealthy() {
        var world = upgrading(.works, steps: [])
        world.run { $0.running("1.1.0") == 2 }
        world.kill(0..<10)
        world.decide()
        let plan = world.plan
        world.run(seconds: 4000)
        #expect(world.plan == plan)
        #expect(world.condition("Stalled")?.reason == "FleetUnhealthy")
        #expect(world[facts: "1.1.0"].outcome == .unproven)
        for index in world.hosts.indices { world.hosts[index].isReady = true }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("When a stable host vanishes with a canary, the canary is not blamed")
    func stableVanishesAsWell() {
        var world = upgrading(.works, steps: [])
        world.run { $0.running("1.1.0") == 2 }
        let canary = world.hosts(running: "1.1.0")[0]
        let stable = world.hosts(running: "1.0.0")[0]
        world.kill([canary, stable])
        world.run(seconds: 60)
        #expect(world.status.rollout?.kind == .steps)
        #expect(world.condition("Progressing")?.reason == "FleetUnhealthy")
    }

    @Test("An incompatible Ready host blocks before the first load; one that appears later is skipped and counted")
    func incompatible() {
        var world = upgrading(.works)
        world.hosts[2].incompatibleWith = ["http-1-1-0"]
        world.run(seconds: 30)
        #expect(world.running("1.1.0") == 0)
        #expect(world.condition("Compatible")?.status == .isFalse)
        #expect(world.status.message.contains("edge.node-2"))
        world.hosts[2].incompatibleWith = []
        world.decide()
        world.hosts[2].incompatibleWith = ["http-1-1-0"]
        world.run { $0.status.phase == .healthy }
        #expect(world.running("1.1.0") == 19)
        #expect(world.status.hosts.incompatible == 1)
    }

    @Test("A held host is left alone and does not hold up the others")
    func held() {
        var world = upgrading(.works)
        world.hosts[1].isHeld = true
        world.run { $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" }
        #expect(world.running("1.1.0") == 19)
        world.hosts[1].isHeld = false
        world.run(seconds: 10)
        #expect(world.running("1.1.0") == 20)
    }

    @Test("Reports about another plan or another rollout are ignored")
    func staleReports() {
        var world = upgrading(.works)
        world.run { $0.status.rollout?.wave.number == 1 && $0.isRunning }
        for index in world.hosts.indices {
            world.hosts[index].slot?.rollout = "http-9-9-9-1"
            world.hosts[index].slot?.target = SlotTarget(revision: "http-1-1-0", state: .failed, blame: .module)
        }
        world.decide()
        #expect(world.status.rollout?.kind == .steps)
        #expect(world.status.hosts.failed == 0)
    }

    @Test("A policy that stops letting the canary through holds the rollout where it is")
    func policyTightened() {
        var world = upgrading(.works, steps: [.setWeight(Weight(percent: 10)), .pause(seconds: 30)])
        world.run { $0.status.phase == .paused }
        world[facts: "1.1.0"].refusal = Refusal(.verified, reason: "NoPolicy", message: "no policy lets it through")
        world.run(seconds: 300)
        #expect(world.status.rollout?.stepIndex == 1)
        #expect(world.condition("Verified")?.status == .isFalse)
    }
}
