import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Messages say why it is where it is, and what would move it")
struct MessageTests {
    private func upgrading(_ behaviour: Behaviour = .works) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    private func expect(_ world: World, _ message: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(world.status.message == message, sourceLocation: location)
    }

    @Test("from the first wave to the end")
    func forward() {
        var world = upgrading()
        world.decide()
        expect(
            world, "Rolling out 1.1.0: step 1 of 3, 20%: wave 1, 0 of 2 hosts active; waiting for edge.node-4: has not answered the plan.")
        world.run { $0.status.rollout?.wave.soakStartTime != nil }
        expect(world, "Rolling out 1.1.0: step 1 of 3, 20%: the last wave, 2 hosts, soaks until 2026-01-01T00:01:06Z.")
        world.run { $0.status.phase == .paused }
        expect(world, "Rolling out 1.1.0: step 2 of 3, 20%: paused until promoted; graft promote http goes on.")
        world.spec.paused = true
        world.decide()
        expect(
            world,
            "Paused by spec.paused: nothing moves, rollbacks neither, until it is false. Rolling out 1.1.0: step 2 of 3, 20%. "
                + "graft abort http goes back all the same.")
        world.spec.paused = false
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run { $0.isDelivered("1.1.0") }
        expect(world, "1.1.0 is active on 10 of 10 hosts.")
    }

    @Test("when it goes back")
    func back() {
        let reason = "2 of 2 updated hosts failed, failureThreshold is 1; edge.node-4: ProbeFailed: it answered nothing."
        var world = upgrading(.failsProbe)
        world.run { $0.status.rollout?.kind == .return }
        expect(
            world,
            "Going back to 1.0.0: wave 1, 0 of 10 hosts active; waiting for edge.node-4: has not answered the plan. Reason: \(reason)")
        world.run { $0.rolledBack }
        expect(
            world,
            "1.1.0 was rolled back: \(reason) 1.0.0 keeps serving. Set spec.module to another version, or delete ModuleQuarantine "
                + "q-http-1-1-0 to have it tried again.")
        var aborted = upgrading()
        aborted.run { $0.status.phase == .paused }
        aborted.verbs.abort = aborted.status.rollout!.id
        aborted.run { $0.rolledBack }
        expect(
            aborted,
            "1.1.0 was given up, and is not tried again until graft retry http. Rollout http-1-1-0-1 was aborted by annotation. "
                + "1.0.0 keeps serving.")
    }

    @Test("of a step with a deadline, with what comes when nobody does anything", arguments: [Strategy.OnDeadline.rollback, .pause])
    func deadlines(consequence: Strategy.OnDeadline) {
        var approval = Approval(approvers: ["ann"])
        approval.deadlineSeconds = 600
        approval.onDeadline = consequence
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .approve(approval)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        let end = world.status.rollout!.stepStartTime!.time + .seconds(600)
        let then = consequence == .rollback ? "it goes back" : "nothing moves until somebody decides"
        expect(
            world,
            "Rolling out 1.1.0: step 2 of 3, 20%: waits for the approval of ann: graft approve http --by ann. "
                + "At \(end) it is over its deadline: \(then).")
    }

    @Test("when hosts can't get it")
    func environment() {
        var world = upgrading(.cannotBeFetched)
        world.run(seconds: 20)
        expect(
            world,
            "Rolling out 1.1.0: step 1 of 3, 20%: wave 1, 0 of 2 hosts active; waiting for edge.node-4: FetchFailed: 404. "
                + "It is tried again; the module is not blamed.")
        world.run(seconds: 500)
        expect(
            world,
            "Rolling out 1.1.0: step 1 of 3, 20%: stalled, 2 hosts of at most 2 in flight, edge.node-4: FetchFailed: 404. "
                + "Mend, hold or remove them; nobody is quarantined for it.")
    }

    @Test("when something else is in the way")
    func obstacles() {
        var frozen = upgrading()
        frozen.run { $0.running("1.1.0") == 2 }
        frozen.kill(0..<5)
        frozen.decide()
        expect(
            frozen,
            "Frozen: 5 of 10 hosts are Ready; nobody is blamed and nothing moves until they are back. "
                + "Rolling out 1.1.0: step 1 of 3, 20%.")
        var unresolved = upgrading()
        unresolved.run { $0.status.phase == .paused }
        unresolved.wanted = .refused(Refusal(.ready, reason: "InvalidReference", message: "spec.module: it is none"))
        unresolved.decide()
        let still = "Rolling out 1.1.0: step 2 of 3, 20% stands still meanwhile; graft abort http goes back."
        expect(unresolved, "spec.module: it is none. \(still)")
        unresolved.wanted = .pending("1.2.0 is being resolved")
        unresolved.decide()
        expect(unresolved, "1.2.0 is being resolved. \(still)")
        // There is nothing that a first version could go back to.
        var first = World(hosts: 4)
        first.ask(for: "1.0.0")
        first.decide()
        first.wanted = .refused(Refusal(.ready, reason: "InvalidReference", message: "spec.module: it is none"))
        first.decide()
        expect(first, "spec.module: it is none.")
        var empty = World(hosts: 0)
        empty.ask(for: "1.0.0")
        empty.decide()
        expect(
            empty, "Rolling out 1.0.0, the first version: no host of class edge matches the selector; it goes on when one registers.")
        var mixed = upgrading()
        mixed.hosts[2].incompatibleWith = ["http-1-1-0"]
        mixed.decide()
        expect(
            mixed,
            "Not begun: 1 Ready host can't run it; edge.node-2: needs more than it has. "
                + "Upgrade, hold or deselect them, or set another version. 1.0.0 keeps serving.")
    }
}
