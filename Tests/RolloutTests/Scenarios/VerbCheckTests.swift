import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("What is said against a verb beforehand")
struct VerbCheckTests {
    private struct Case {
        var verb: String
        var set: (inout World, RolloutStatus) -> Void
        var objection: (VerbCheck) -> String?
    }

    private let cases = [
        Case(
            verb: "promote", set: { $0.verbs.promote = "\($1.id)/\($1.stepIndex)" }, objection: { $0.objection(toPromotion: false) }),
        Case(verb: "promote", set: { $0.verbs.promote = "\($1.id)/full" }, objection: { $0.objection(toPromotion: true) }),
        Case(
            verb: "approve", set: { $0.verbs.approve = "\($1.id)/\($1.stepIndex)/ann" }, objection: { $0.objection(toApprovalBy: "ann") }),
        Case(
            verb: "approve", set: { $0.verbs.approve = "\($1.id)/\($1.stepIndex)/eve" }, objection: { $0.objection(toApprovalBy: "eve") }),
    ]

    private func deployment(_ world: World) -> ModuleDeployment {
        var deployment = ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "n"), spec: world.spec)
        deployment.status = world.status
        return deployment
    }

    private func compare(_ world: World, _ places: inout (obeyed: Int, ignored: Int)) {
        guard let rollout = world.status.rollout, world.isRunning else { return }
        for each in cases {
            var copy = world
            each.set(&copy, rollout)
            let before = copy.events.count
            copy.decide()
            let ignored = copy.events[before...].contains { if case .verbIgnored(each.verb, _) = $0 { true } else { false } }
            let objection = each.objection(VerbCheck(deployment(world), rollout))
            #expect(ignored == (objection != nil), "\(each.verb) at \(world.status.message): \(objection ?? "nothing against it")")
            if ignored { places.ignored += 1 } else { places.obeyed += 1 }
        }
    }

    @Test("is that also at the preflight of a first version, which may be promoted, and in a restart, which has no steps")
    func withoutSteps() throws {
        var world = World(hosts: 4, steps: [.preflight(Preflight()), .setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.ask(for: "1.0.0")
        world.decide()
        #expect(world.plan?.spec.stageAhead == true)
        var places = (obeyed: 0, ignored: 0)
        compare(world, &places)
        #expect(places == (obeyed: 2, ignored: 2), "\(places)")
        world.run { $0.isDelivered("1.0.0") }
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        let restart = try #require(world.status.rollout)
        #expect(restart.kind == .restart)
        compare(world, &places)
        #expect(places == (obeyed: 2, ignored: 6), "\(places)")
        #expect(
            VerbCheck(deployment(world), restart).objection(toPromotion: true)
                == "\(restart.id) is a restart: it has no steps; it goes on by itself")
    }

    @Test("is what the engine ignores it for, at every place of a rollout, of the first version and on the way back")
    func agreement() throws {
        var world = World(
            hosts: 10,
            steps: [
                .setWeight(Weight(percent: 20)), .pause(seconds: 5), .approve(Approval(approvers: ["ann", "bob"])), .soak(seconds: 5),
                .setWeight(Weight(percent: 50)), .pause(seconds: nil),
            ])
        var places = (obeyed: 0, ignored: 0)
        func live(_ ticks: Int, until end: (World) -> Bool) {
            for _ in 0..<ticks where !end(world) {
                world.tick()
                compare(world, &places)
                guard let rollout = world.status.rollout else { continue }
                switch world.condition("Progressing")?.reason {
                case "ApprovalNeeded": world.verbs.approve = "\(rollout.id)/\(rollout.stepIndex)/bob"
                case "StepPaused" where rollout.stepIndex == 5: world.verbs.promote = "\(rollout.id)/5"
                default: break
                }
            }
        }
        world.ask(for: "1.0.0")
        live(600) { $0.isDelivered("1.0.0") }
        world.ask(for: "1.1.0")
        live(1000) { $0.isDelivered("1.1.0") }
        world.ask(for: "1.2.0", .failsProbe)
        live(300) { $0.rolledBack }
        #expect(world.rolledBack && places.obeyed >= 4 && places.ignored >= 20, "\(places)")
    }

    @Test("names the place, and what to say instead")
    func sentences() throws {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20)), .approve(Approval(approvers: ["ann", "bob"]))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.decide()
        let moving = VerbCheck(deployment(world), try #require(world.status.rollout))
        #expect(
            moving.objection(toPromotion: false)
                == "step 1 of 3 of http-1-1-0-1 is no pause: it ends by itself; --full skips those that follow")
        world.run { $0.status.phase == .paused }
        let waiting = VerbCheck(deployment(world), try #require(world.status.rollout))
        #expect(
            waiting.objection(toPromotion: true)
                == "step 2 of 3 of http-1-1-0-1 waits for an approval, which no promotion goes past: graft approve http --by one of ann, bob"
        )
        #expect(
            waiting.objection(toApprovalBy: "eve")
                == "eve is none of the approvers of step 2 of 3 of http-1-1-0-1: graft approve http --by one of ann, bob")
        #expect(waiting.objection(toApprovalBy: "bob") == nil)
    }
}
