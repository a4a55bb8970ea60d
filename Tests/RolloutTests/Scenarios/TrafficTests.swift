import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Calls divided inside canary hosts")
struct TrafficTests {
    private static func share(_ percent: Int) -> Step { .setTraffic(Traffic(share: Weight(percent: percent))) }
    private static let steps: [Step] = [
        .setWeight(Weight(percent: 20)), share(5), .pause(seconds: nil), share(50), .setWeight(.all), .pause(seconds: nil),
    ]

    private func upgrading(_ behaviour: Behaviour = .works, hosts: Int = 10, steps: [Step] = TrafficTests.steps) -> World {
        var world = World(hosts: hosts, steps: steps)
        world.spec.strategy.maxUnavailable = .count(5)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    private func shares(_ world: World) -> [Weight]? { world.plan?.spec.traffic?.shares.map(\.weight) }

    @Test("grow from none to all, on hosts that have both versions, and the end is all hosts and all calls")
    func walked() {
        var world = upgrading()
        world.run { $0.serving("1.1.0") == 2 }
        // Given hosts with the canary beside what serves, no call goes there before a step says so
        #expect(
            world.plans.last { $0.canary != nil && $0.cutoffs != [] }?.traffic == TrafficRule.none || shares(world) == [Weight(percent: 5)])
        #expect(world.running("1.0.0") == 10)
        world.run { $0.status.phase == .paused }
        #expect(shares(world) == [Weight(percent: 5)])
        #expect(world.plan?.spec.requires == ["routing"])
        #expect(world.status.summary.weight == "20% × 5%")
        #expect(world.status.message.contains("20% with 5% of calls"))
        #expect(world.serving("1.1.0") == 2 && world.running("1.1.0") == 0)
        // When it is promoted
        world.verbs.promote = "\(world.status.rollout!.id)/2"
        world.run { $0.status.phase == .paused }
        #expect(shares(world) == [Weight(percent: 50)], "later waves come under the rule in force")
        #expect(world.serving("1.1.0") == 10 && world.running("1.1.0") == 0)
        #expect(world.status.summary.step == "6/7")
        world.verbs.promote = "\(world.status.rollout!.id)/5"
        world.run { $0.isDelivered("1.1.0") }
        // Then nobody divides calls any more, and all were watched with all calls before it was called good
        #expect(world.isDelivered("1.1.0"))
        #expect(world.hosts.allSatisfy { $0.beside == nil })
        #expect(world.plan?.spec.traffic == nil && world.plan?.spec.requires == [])
        let last = world.plans.last { $0.canary != nil }
        #expect(last?.traffic == nil && last?.requires == [], "with all calls there is a canary for a while")
        #expect(world.events.contains { $0.note == "Step 7 of 7: all calls on 10 hosts." })
    }

    @Test("change by one plan write a step, whatever the number of hosts", arguments: [10, 100, 500])
    func planWrites(hosts: Int) {
        var world = World(hosts: hosts, steps: [.setWeight(.all), Self.share(5), Self.share(10), Self.share(20)])
        world.spec.strategy.maxUnavailable = .share(.all)
        world.deliver("1.0.0")
        let before = world.plans.count
        world.ask(for: "1.1.0")
        world.run { $0.isDelivered("1.1.0") }
        // The one wave, three rules, all calls, and the end.
        #expect(world.plans.count - before == 6)
    }

    @Test("hold a step until every canary host reports the rule, and watch it for the soak time")
    func waits() {
        var world = upgrading(steps: [.setWeight(Weight(percent: 20)), Self.share(5), Self.share(10)])
        world.run { $0.status.rollout?.stepIndex == 2 && $0.plan?.spec.traffic?.shares.first?.weight == Weight(percent: 10) }
        let plan = world.plan
        // Hosts that have not acted on the rule
        for _ in 0..<20 {
            world.now = world.now + .seconds(1)
            world.decide()
        }
        #expect(world.plan == plan)
        #expect(world.status.message.contains("divides calls by another rule"), "\(world.status.message)")
        #expect(world.status.hosts.updated == 2, "they serve it all the same")
        for index in world.hosts.indices { world.act(index) }
        world.decide()
        let reported = world.now
        world.run { $0.status.rollout?.stepIndex == 3 }
        #expect(world.now - reported >= .seconds(5))
    }

    @Test("go back whole in the plan write that gives the canary up", arguments: ["abort", "undo", "failure"])
    func goesBack(how: String) {
        var world = upgrading()
        world.spec.strategy.rollbackMaxUnavailable = .count(1)
        world.run { $0.status.phase == .paused }
        let rollout = world.status.rollout!.id
        switch how {
        case "abort": world.verbs.abort = rollout
        case "undo": world.ask(for: "1.0.0")
        default:
            guard let index = world.hosts.indices.first(where: { world.hosts[$0].beside != nil }) else {
                Issue.record("nobody divides calls")
                return
            }
            world.hosts[index].slot?.canary = nil
            world.hosts[index].slot?.target = SlotTarget(
                revision: World.revision("1.1.0"), state: .reverted, blame: .module, reason: "SoakFailed", message: "it lost its table")
        }
        world.decide()
        let first = world.plans.first {
            $0.rollout != rollout && world.plans.firstIndex(of: $0)! > world.plans.firstIndex { $0.rollout == rollout }!
        }
        #expect(first?.traffic == nil && first?.requires == [])
        // Whether it is their turn or not: nobody waits to stop sending calls there
        for index in world.hosts.indices { world.act(index) }
        #expect(world.hosts.allSatisfy { $0.beside == nil })
        #expect(world.running("1.0.0") == 10)
        world.run { $0.rolledBack }
        #expect(world.rolledBack)
        #expect(world[facts: "1.1.0"].outcome == (how == "failure" ? .bad : how == "abort" ? .rejected : .unproven))
    }

    @Test("need hosts that can: before the first load one that can't holds it up, by its name; later ones are left out")
    func needsRouting() {
        var world = upgrading()
        world.hosts[3].canRoute = false
        world.run(seconds: 60)
        #expect(world.condition("Ready")?.reason == "IncompatibleHosts")
        #expect(world.status.message.contains("edge.node-3: it can't divide calls between two versions"))
        #expect(world.status.rollout?.id.contains("1-1-0") != true)
        world.hosts[3].canRoute = true
        world.run { $0.status.phase == .paused }
        // A host that joins and can't gets what is stable, and the new version when there is nothing to divide
        world.hosts.append(SimulatedHost("edge.late"))
        world.hosts[10].canRoute = false
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(!world.plans.contains { $0.traffic != nil && $0.requires != ["routing"] })
    }

    @Test("are all calls where no step says anything, and nothing is required of hosts")
    func unsaid() {
        var world = upgrading(steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.hosts[1].canRoute = false
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 5)
        #expect(world.plan?.spec.traffic == nil && world.plan?.spec.requires == [])
        #expect(world.status.summary.weight == "50%")
    }

    @Test("A full promotion brings all calls first, where they are divided, and then all hosts")
    func fullPromotion() {
        var world = upgrading()
        world.run { $0.status.phase == .paused }
        world.verbs.promote = "\(world.status.rollout!.id)/full"
        world.decide()
        #expect(world.plan?.spec.canary != nil && world.plan?.spec.traffic == nil)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Steps that are taken away send all calls; steps that come too late take none back")
    func changedSteps() {
        var world = upgrading()
        world.run { $0.status.phase == .paused }
        world.spec.strategy.steps = [
            .setWeight(Weight(percent: 20)), .pause(seconds: nil), .setWeight(Weight(percent: 60)), .pause(seconds: nil),
        ]
        world.run { $0.status.phase == .paused && $0.status.rollout?.stepIndex == 3 }
        #expect(world.plan?.spec.traffic == nil)
        #expect(world.running("1.1.0") == 6)
        world.spec.strategy.steps += [Self.share(5), .pause(seconds: nil)]
        world.verbs.promote = "\(world.status.rollout!.id)/3"
        world.run { $0.status.rollout?.stepIndex == 5 }
        #expect(world.plan?.spec.traffic == nil)
        #expect(world.running("1.1.0") == 6)
    }

    @Test("A step with matches and shares adds to those before it")
    func union() {
        var world = upgrading(steps: [
            .setWeight(Weight(percent: 50)), .setTraffic(Traffic(share: nil, match: [TrafficMatch(group: "beta")])),
            .setTraffic(Traffic(share: Weight(percent: 5), by: TrafficKey(header: "x-user"))),
            .setTraffic(Traffic(share: Weight(basisPoints: 1250), by: TrafficKey(header: "x-user"))), .pause(seconds: nil),
        ])
        world.run { $0.status.phase == .paused }
        #expect(world.plan?.spec.traffic?.description == "12.5% of calls by header x-user, and group beta")
        #expect(world.status.summary.weight == "50% × 12.5% + match")
        #expect(world.events.contains { $0.note == "Step 2 of 7: group beta on 5 hosts." })
    }

    @Test("A controller that dies between plan and status waits for the rule and its soak all the same")
    func crashes() throws {
        var world = upgrading(steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil), Self.share(5), .pause(seconds: nil)])
        world.run { $0.status.phase == .paused }
        #expect(world.plan?.spec.traffic == TrafficRule.none)
        world.verbs.promote = "\(world.status.rollout!.id)/1"
        world.decide(dying: .beforeStatus)
        #expect(shares(world) == [Weight(percent: 5)])
        try world.restart()
        let died = world.now
        world.run { $0.status.rollout?.stepIndex == 3 }
        #expect(world.now - died >= .seconds(5))
        #expect(world.serving("1.1.0") == 2 && world.running("1.1.0") == 0)
    }
}
