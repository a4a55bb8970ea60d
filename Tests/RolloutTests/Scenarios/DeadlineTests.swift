import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Deadlines")
struct DeadlineTests {
    private func upgrading(_ behaviour: Behaviour, _ change: (inout Strategy) -> Void) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: 20)])
        change(&world.spec.strategy)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    @Test("With onDeadline Pause a host that hangs in the module stops it, and quarantines nothing")
    func pausedByProgressDeadline() throws {
        var world = upgrading(.hangs) { $0.onDeadline = .pause }
        world.run(seconds: 1000)
        #expect(world.condition("Progressing")?.reason == "DeadlineExceeded")
        #expect(world[facts: "1.1.0"].outcome == .unproven && world.status.rollout?.kind == .steps)
        #expect(world.events.count { if case .overdue = $0 { true } else { false } } == 1)
        // A promotion gives it as long again; an abort goes back.
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/0"
        world.decide()
        #expect(world.condition("Progressing")?.reason == "RollingOut")
        world.run(seconds: 1000)
        #expect(world.condition("Progressing")?.reason == "DeadlineExceeded")
        world.verbs.abort = try #require(world.status.rollout?.id)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10)
    }

    @Test("Failures count also while it stands still")
    func failuresWhileOverdue() {
        var world = upgrading(.hangs) { $0.onDeadline = .pause }
        world.run(seconds: 1000)
        for index in world.hosts.indices { world.hosts[index].behaviour["http-1-1-0"] = .failsProbe }
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .failures)
    }

    @Test("A step with a weight may take no longer than stepDeadlineSeconds in all, although every wave makes progress")
    func stepDeadline() {
        var world = upgrading(.works) {
            $0.maxUnavailable = .count(1)
            $0.soakSeconds = 60
            $0.stepDeadlineSeconds = 150
        }
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .overdue)
        #expect(world.status.rollout?.reason == "Step 1 of 3 took longer than its 150 s.")
        #expect(world.running("1.0.0") == 10)
    }

    @Test("No deadline passes while the deployment is paused")
    func pausedBySpec() {
        var world = upgrading(.works) { $0.stepDeadlineSeconds = 100 }
        world.run { $0.running("1.1.0") == 2 }
        world.spec.paused = true
        world.run(seconds: 5000)
        world.spec.paused = false
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }
}
