import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Approvals")
struct ApprovalTests {
    private func waiting(_ approval: Approval) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .approve(approval), .setWeight(Weight(percent: 50))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.condition("Progressing")?.reason == "ApprovalNeeded" }
        return world
    }

    @Test("A step waits for one of its approvers, and goes on when one of them approves, once")
    func approved() throws {
        var world = waiting(Approval(approvers: ["ann", "bob"]))
        #expect(world.status.message.contains("waits for the approval of one of ann, bob: graft approve http --by ann"))
        #expect(world.status.phase == .paused)
        world.run(seconds: 5000)
        #expect(world.running("1.1.0") == 2)
        let id = try #require(world.status.rollout?.id)
        world.verbs.approve = "\(id)/1/bob"
        world.decide()
        #expect(world.events.contains(.approved(number: 2, of: 4, by: "bob")))
        #expect(world.status.rollout?.stepIndex == 2 && world.verbs.approve == nil)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test(
        "Nobody else, no other step, no other rollout and no promotion lets it go on",
        arguments: ["ID/1/eve", "ID/1/", "ID/1", "ID/0/ann", "ID/2/ann", "other/1/ann", "ID/1/ann/bob", ""])
    func refused(verb: String) throws {
        var world = waiting(Approval(approvers: ["ann"]))
        let id = try #require(world.status.rollout?.id)
        world.verbs.approve = verb.replacing("ID", with: id)
        world.decide()
        #expect(world.status.rollout?.stepIndex == 1 && world.verbs.approve == nil)
        #expect(world.events.contains { if case .verbIgnored("approve", _) = $0 { true } else { false } })
        for promotion in ["\(id)/1", "\(id)/full"] {
            world.verbs.promote = promotion
            world.decide()
            #expect(world.status.rollout?.stepIndex == 1)
        }
    }

    @Test("A full promotion stops at the next approval")
    func fullPromotion() throws {
        var world = World(
            hosts: 10, steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil), .approve(Approval(approvers: ["ann"]))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/full"
        world.run(seconds: 100)
        #expect(world.condition("Progressing")?.reason == "ApprovalNeeded" && world.running("1.1.0") == 1)
    }

    @Test("Abort wins over a step that waits for an approval")
    func aborted() throws {
        var world = waiting(Approval(approvers: ["ann"]))
        world.verbs.abort = try #require(world.status.rollout?.id)
        world.verbs.approve = "\(world.status.rollout!.id)/1/ann"
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10)
    }

    @Test(
        "An approval that does not come in time ends it, or lets it stand still until someone decides",
        arguments: Strategy.OnDeadline.allCases)
    func overdue(consequence: Strategy.OnDeadline) throws {
        var world = waiting(Approval(approvers: ["ann"], deadlineSeconds: 300, onDeadline: consequence))
        world.run(seconds: 200)
        #expect(world.condition("Progressing")?.reason == "ApprovalNeeded")
        world.run(seconds: 1000)
        switch consequence {
        case .rollback:
            #expect(world.rolledBack && world.running("1.0.0") == 10)
            #expect(world.status.rollout?.cause == .overdue)
            // By nobody's fault: given up, and not banned.
            #expect(world[facts: "1.1.0"].outcome == .rejected && world[facts: "1.1.0"].quarantine == nil)
            #expect(
                world.status.rollout?.reason == "Step 2 of 4 took longer than its 300 s. It waited for the approval of one of ann.")
        case .pause:
            #expect(world.condition("Stalled")?.reason == "DeadlineExceeded")
            #expect(world.status.message.contains("Step 2 of 4 took longer than its 300 s."))
            // What is approved too late does not count: someone must let it go on first.
            let id = try #require(world.status.rollout?.id)
            world.verbs.promote = "\(id)/1"
            world.decide()
            #expect(world.condition("Progressing")?.reason == "ApprovalNeeded")
            world.verbs.approve = "\(id)/1/ann"
            world.run { $0.isDelivered("1.1.0") }
            #expect(world.isDelivered("1.1.0"))
        }
    }
}
