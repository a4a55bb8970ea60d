import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("When policies no longer accept what hosts run")
struct DistrustTests {
    /// 1.1.0 everywhere, 1.0.0 before it, and a policy that turns against 1.1.0.
    private func distrusted(_ withdrawal: Withdrawal?, hosts: Int = 20) -> World {
        var world = World(hosts: hosts)
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        world.deliver("1.1.0")
        world.distrust("1.1.0", withdrawal)
        return world
    }

    private let rollBack = Withdrawal(limits: [.share(Weight(percent: 10))])

    @Test("and nobody asked for more, nothing moves, and conditions, message, status and an event say it")
    func reported() throws {
        var world = distrusted(nil)
        let plan = world.plan
        world.run(seconds: 600)
        #expect(world.plan == plan)
        #expect(world.running("1.1.0") == 20)
        #expect(world.condition("Verified")?.status == .isFalse)
        #expect(world.condition("Verified")?.reason == "Distrusted")
        #expect(world.condition("Ready")?.reason == "Distrusted")
        #expect(world.condition("Stalled")?.reason == "Distrusted")
        #expect(world.status.phase == .degraded)
        #expect(world.status.message.contains("20 of 20 hosts run what policy edge no longer accepts"), "\(world.status.message)")
        let entry = try #require(world.status.trust?.revisions.first)
        #expect(entry.version == "1.1.0" && entry.policy == "edge" && entry.hosts == 20)
        #expect(world.events.count { if case .distrusted("1.1.0", hosts: 20, of: 20, _) = $0 { true } else { false } } == 1)
        // And trust that comes back takes it all away
        world.trust("1.1.0")
        world.run(seconds: 10)
        #expect(world.isDelivered("1.1.0") && world.plan == plan)
        #expect(world.condition("Verified")?.status == .isTrue)
        #expect(world.status.trust == nil)
        #expect(world.events.contains(.trustedAgain("1.1.0")))
    }

    @Test("and want it withdrawn, hosts leave it in waves no larger than the policy says, blaming nobody")
    func withdrawn() {
        var world = distrusted(rollBack)
        let before = world.plans.count
        world.run { $0.rolledBack && $0.running("1.0.0") == 20 }
        #expect(world.status.rollout?.cause == .distrusted)
        #expect(world.plans.count - before == 10, "two hosts at a time")
        #expect(world[facts: "1.1.0"].outcome == .good && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.events.contains { if case .returning(_, "1.0.0", .distrusted, _) = $0 { $0.isWarning } else { false } })
        // Setting the manifest again changes nothing, and is told once
        let (plans, events) = (world.plans.count, world.events.count)
        world.ask(for: "1.1.0")
        world.run(seconds: 600)
        #expect(world.plans.count == plans && world.events.count == events)
        #expect(world.condition("Ready")?.reason == "Distrusted")
        #expect(world.status.phase == .degraded)
        #expect(world.status.message.contains("1.0.0 keeps serving. It comes back by its steps"), "\(world.status.message)")
    }

    @Test("and accept it again after hosts have left it, it is rolled out by its steps")
    func back() {
        var world = distrusted(rollBack)
        world.run { $0.rolledBack && $0.running("1.0.0") == 20 }
        world.spec.strategy.steps = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)]
        world.trust("1.1.0")
        world.run { $0.status.phase == .paused }
        #expect(world.running("1.1.0") == 10 && world.running("1.0.0") == 10)
        world.verbs.promote = world.status.rollout.map { "\($0.id)/\($0.stepIndex)" }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("After hosts have left it, the way to a version before is as short as ever")
    func furtherBack() {
        var world = World(hosts: 20)
        world.spec.strategy.maxUnavailable = .count(10)
        for version in ["0.9.0", "1.0.0", "1.1.0"] { world.deliver(version) }
        world.spec.strategy.steps = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)]
        world.distrust("1.1.0", rollBack)
        world.run { $0.rolledBack && $0.running("1.0.0") == 20 }
        let before = world.plans.count
        world.ask(for: "0.9.0")
        world.run { $0.isDelivered("0.9.0") }
        #expect(world.plans.count - before == 1)
    }

    @Test("and accept it again while hosts are leaving it, those that left come back, no faster than in a rollout")
    func backInTheMiddle() {
        var world = distrusted(Withdrawal(limits: [.count(2)]))
        world.spec.strategy.maxUnavailable = .count(3)
        world.run { $0.running("1.0.0") == 8 }
        world.trust("1.1.0")
        let before = world.plans.count
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.plans.count - before >= 3, "eight or more hosts, three at a time")
    }

    @Test("and several policies and the deployment have limits, the smallest counts", arguments: [1, 4])
    func limits(own: Int) {
        var world = distrusted(Withdrawal(limits: [.share(.all), .count(2)]))
        world.spec.strategy.rollbackMaxUnavailable = .count(own)
        let before = world.plans.count
        world.run { $0.rolledBack }
        #expect(world.plans.count - before == 20 / min(own, 2))
    }

    @Test("and all hosts at once are asked for, one plan does it")
    func allAtOnce() {
        var world = distrusted(Withdrawal(limits: [.share(.all)]))
        let before = world.plans.count
        world.run { $0.rolledBack }
        #expect(world.plans.count - before == 1 && world.running("1.0.0") == 20)
    }

    @Test("and want it withdrawn, but signatures are still looked for, nothing moves")
    func pending() {
        var world = distrusted(Withdrawal(limits: [.share(.all)], isPending: true))
        let plan = world.plan
        world.run(seconds: 60)
        #expect(world.plan == plan)
        #expect(world.condition("Stalled") == nil && world.condition("Reconciling")?.reason == "Distrusted")
        world[facts: "1.1.0"].withdrawal?.isPending = false
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
    }

    @Test("and there is no other version that they accept, hosts keep it, and it says what to do")
    func nowhere() {
        var world = distrusted(rollBack)
        world.distrust("1.0.0", nil)
        let plan = world.plan
        world.run(seconds: 600)
        #expect(world.plan == plan && world.running("1.1.0") == 20)
        #expect(world.status.phase == .degraded)
        #expect(world.status.message.contains("there is no other proven version that policies accept"), "\(world.status.message)")
        // A new version that they accept is the way out
        world.ask(for: "1.2.0")
        world.run { $0.isDelivered("1.2.0") }
        #expect(world.isDelivered("1.2.0"))
    }

    @Test("A canary that is withdrawn goes back to stable in waves, and is begun anew when it is accepted again")
    func canary() {
        var world = World(hosts: 20, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.distrust("1.1.0", rollBack)
        let before = world.plans.count
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 20)
        #expect(world.plans.count - before >= 5, "ten hosts, two at a time")
        #expect(world[facts: "1.1.0"].outcome == .unproven && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.condition("Ready")?.reason == "Distrusted")
        world.trust("1.1.0")
        world.run { $0.status.phase == .paused && $0.running("1.1.0") == 10 }
        #expect(world.status.rollout?.id == "http-1-1-0-2")
    }

    @Test("A canary that is only reported stays where it is, and goes no further")
    func canaryReported() {
        var world = World(hosts: 20, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: 30)])
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.running("1.1.0") == 10 }
        world.distrust("1.1.0", nil)
        world.run(seconds: 600)
        #expect(world.running("1.1.0") == 10 && world.running("1.0.0") == 10)
        #expect(world.condition("Verified")?.status == .isFalse)
        world.trust("1.1.0")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("A way back whose end is withdrawn itself leads to another, or holds", arguments: [true, false])
    func backToNothing(hasAnother: Bool) {
        var world = World(hosts: 20)
        world.spec.strategy.maxUnavailable = .count(10)
        for version in ["0.9.0", "1.0.0", "1.1.0"] { world.deliver(version) }
        if !hasAnother { world.distrust("0.9.0", nil) }
        world.distrust("1.1.0", rollBack)
        world.run { $0.running("1.0.0") > 4 }
        world.distrust("1.0.0", rollBack)
        if hasAnother {
            world.run { $0.rolledBack && $0.running("0.9.0") == 20 }
            #expect(world.running("0.9.0") == 20)
        } else {
            world.run(seconds: 600)
            #expect(world.status.rollout?.state == .held && world.status.phase == .degraded)
            #expect(world.running("1.1.0") + world.running("1.0.0") == 20)
        }
    }

    @Test("A canary that another supersedes, with a stable version that is refused, gives way in two writes")
    func superseded() throws {
        var world = World(hosts: 20, steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.spec.strategy.maxUnavailable = .count(10)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.status.phase == .paused }
        world.distrust("1.0.0", nil)
        let before = world.plans.count
        world.ask(for: "1.2.0")
        world.run { $0.running("1.2.0") == 10 }
        #expect(world.running("1.2.0") == 10)
        let first = try #require(world.plans[before...].first)
        #expect(first.canary == nil && first.stable == nil)
    }

    @Test("What hosts find by themselves is counted, and told with an example")
    func hostsReport() {
        var world = World(hosts: 12)
        world.spec.strategy.maxUnavailable = .share(.all)
        world.deliver("1.0.0")
        for index in 0..<3 {
            world.hosts[index].slot?.trust = SlotTrust(.distrusted, reason: "NotTrusted", message: "no proof holds", since: world.now)
        }
        world.decide()
        #expect(world.status.trust?.hosts.distrusted == 3)
        #expect(
            world.status.message.contains("3 of 12 hosts would not load today what they run: edge.node-0: no proof holds"),
            "\(world.status.message)")
        #expect(world.events.contains(.hostsDistrust(hosts: 3, of: 12, example: "edge.node-0: no proof holds")))
        for index in 0..<3 { world.hosts[index].slot?.trust = SlotTrust(.trusted, since: world.now) }
        world.decide()
        #expect(world.status.trust == nil)
    }

    @Test("While the spec is paused nothing moves, and it is told all the same")
    func paused() {
        var world = distrusted(rollBack)
        world.spec.paused = true
        let plan = world.plan
        world.run(seconds: 60)
        #expect(world.plan == plan)
        #expect(world.condition("Verified")?.reason == "Distrusted" && world.status.trust?.revisions.count == 1)
    }
}
