import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A step that asks another system")
struct WebhookTests {
    private func asking(_ behaviour: CheckBehaviour, _ webhook: StepWebhook = StepWebhook("https://change.example/go?x")) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .webhook(webhook)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["change.example"] = behaviour
        world.run { $0.status.rollout?.stepIndex == 1 }
        return world
    }

    @Test("goes on when it says Go")
    func go() throws {
        var world = asking(.succeeds)
        let check = try #require(world.check("step-1"))
        #expect(check.kind == .webhook && check.step == 1 && check.phase == .pending)
        world.tick()
        #expect(world.condition("Progressing")?.reason == "VerdictNeeded" && world.status.phase == .paused)
        #expect(
            world.status.message.contains(
                "waits for the verdict of webhook change.example: asked 1 time, wait for the change window, since"))
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.events.map(\.note).contains("Step 2 of 3: passed. webhook change.example: Go: CHG-7 is open."))
    }

    @Test("goes back when it says NoGo, and quarantines nothing: a veto proves nothing about the module")
    func noGo() {
        var world = asking(.fails)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10 && world.status.rollout?.cause == .refused)
        #expect(world[facts: "1.1.0"].outcome == .rejected && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.status.rollout?.reason == "change.example says NoGo: CHG-7 is closed")
    }

    @Test("goes back when it never answers sensibly")
    func errs() {
        var world = asking(.errs)
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .checkError && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.status.rollout?.reason == "change.example gave no verdict after 3 attempts: connection refused")
    }

    @Test("A deadline ends it, and a promotion goes past it; abort always wins")
    func others() throws {
        var webhook = StepWebhook("https://change.example/go")
        webhook.deadlineSeconds = 300
        var world = asking(.isSilent, webhook)
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .overdue)
        var promoted = asking(.isSilent)
        promoted.run(seconds: 100_000)
        promoted.verbs.promote = "\(try #require(promoted.status.rollout?.id))/1"
        promoted.run { $0.isDelivered("1.1.0") }
        #expect(promoted.isDelivered("1.1.0"))
        var aborted = asking(.isSilent)
        aborted.verbs.abort = try #require(aborted.status.rollout?.id)
        aborted.run { $0.rolledBack }
        #expect(aborted.running("1.0.0") == 10)
    }
}
