import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Preflights of a first version")
struct FirstPreflightTests {
    private static let first = World.revision("1.0.0")

    private func first(_ steps: [Step], hosts: Int = 10, before: (inout World) -> Void = { _ in }) -> World {
        var world = World(hosts: hosts, steps: steps)
        before(&world)
        world.ask(for: "1.0.0")
        return world
    }

    private func reason(_ world: World) -> String? { world.condition("Ready")?.reason }
    /// Whether some host was asked to run it.
    private func hasAsked(_ world: World) -> Bool { world.plans.contains { $0.canary != nil && !$0.cutoffs.isEmpty } }

    @Test(
        "Every host judges and stages it before any is asked to run it, then it goes to all in waves, without weights, pauses and approvals"
    )
    func passes() {
        var world = first([
            .pause(seconds: nil), .preflight(), .approve(Approval(approvers: ["ann"])), .setWeight(Weight(percent: 20)),
            .pause(seconds: nil),
        ])
        world.decide()
        #expect(world.plan?.spec.stageAhead == true && world.plan?.spec.cutoffs == [] && world.plan?.spec.stable == nil)
        #expect(reason(world) == "Preflight" && world.status.rollout?.kind == .initial)
        #expect(
            world.status.message.hasPrefix(
                "Rolling out 1.0.0, the first version: preflight, nothing is activated; 0 of 10 hosts have it staged; 10 yet to answer"),
            "\(world.status.message)")
        world.run { hasAsked($0) }
        #expect(world.hosts.allSatisfy { $0.slot?.staged.contains(Self.first) ?? false } && world.running("1.0.0") == 0)
        #expect(world.events.contains(.preflightPassed(number: 2, of: 6, summary: "10 of 10 hosts have it staged")))
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0") && world.plan?.spec.stageAhead == nil)
        #expect(world.plans.filter { $0.stageAhead ?? false }.count == 1, "one write asks them all")
        #expect(!world.events.contains { if case .paused = $0 { true } else { false } })
        #expect(!world.events.contains { if case .approvalNeeded = $0 { true } else { false } })
    }

    @Test(
        "Refused at its deadline it is rejected, not quarantined: nothing was activated anywhere, and a retry with hosts that mended goes on"
    )
    func refuses() throws {
        var world = first([.preflight(Preflight(deadlineSeconds: 300)), .setWeight(Weight(percent: 20))]) {
            $0.hosts[3].unfit[Self.first] = "DiskFull"
        }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        #expect(world.status.message.contains("edge.node-3: DiskFull: edge.node-3 says DiskFull"))
        world.run { $0.status.rollout?.state == .held }
        #expect(world.status.phase == .degraded && reason(world) == "Rejected")
        #expect(world.status.message.contains("edge.node-3: DiskFull") && world.status.message.contains("Nothing was activated"))
        #expect(world[facts: "1.0.0"].outcome == .rejected && world[facts: "1.0.0"].quarantine == nil)
        #expect(!hasAsked(world) && world.running("1.0.0") == 0)
        #expect(world.plan?.spec.canary == nil && world.plan?.spec.stageAhead == nil)
        #expect(world.status.rollout?.preflight?.failures.map(\.host) == ["edge.node-3"])
        world.hosts[3].unfit = [:]
        world.run(seconds: 100)
        #expect(!hasAsked(world), "nobody said that it may be tried again")
        world.verbs.retry = Self.first
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("A preflight that stands behind a weight is none for a first version, nor is one without steps")
    func later() {
        for steps in [[], [.setWeight(Weight(percent: 20)), .preflight()]] as [[Step]] {
            var world = first(steps)
            world.run { $0.isDelivered("1.0.0") }
            #expect(world.isDelivered("1.0.0"))
            #expect(world.plans.allSatisfy { $0.stageAhead == nil })
        }
    }

    @Test("Two of them are done one after the other, and a weight of nothing is no weight")
    func several() {
        var world = first([.preflight(), .setWeight(.none), .preflight(Preflight(failureThreshold: .count(1)))])
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
        let passed = world.events.compactMap { if case .preflightPassed(let number, _, _) = $0 { number } else { nil } }
        #expect(passed == [1, 3])
    }

    @Test("A host that can't run it counts against its threshold, in place of holding everything up", arguments: [0, 1])
    func incompatible(tolerated: Int) {
        var world = first([.preflight(Preflight(failureThreshold: .count(tolerated), deadlineSeconds: 60))]) {
            $0.hosts[5].incompatibleWith = [Self.first]
        }
        world.run(limit: 400) { $0.status.rollout?.state == .held || $0.status.phase == .healthy }
        #expect((world.status.rollout?.state == .held) == (tolerated == 0))
        #expect(world.running("1.0.0") == (tolerated == 0 ? 0 : 9))
        #expect(world.status.rollout?.preflight?.failures.first?.reason == "Incompatible")
    }

    @Test(
        "Promoted it goes on without those that fail, step by step or fully; aborted nothing of it runs", arguments: ["0", "full", "abort"])
    func verbs(what: String) throws {
        var world = first([.preflight(), .approve(Approval(approvers: ["ann"]))]) { $0.hosts[3].unfit[Self.first] = "DiskFull" }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        let id = try #require(world.status.rollout?.id)
        if what == "abort" { world.verbs.abort = id } else { world.verbs.promote = "\(id)/\(what)" }
        world.decide()
        #expect(hasAsked(world) == (what != "abort"))
        world.run(limit: 2000) { what == "abort" ? $0.status.rollout?.state == .held : $0.isDelivered("1.0.0") }
        #expect(world.running("1.0.0") == (what == "abort" ? 0 : 10))
        #expect(world.status.rollout?.checks == [])
    }

    @Test("With onDeadline: Pause it stands still until somebody decides")
    func standsStill() throws {
        var world = first([.preflight(Preflight(deadlineSeconds: 60, onDeadline: .pause))]) { $0.hosts[3].unfit[Self.first] = "DiskFull" }
        world.run { $0.condition("Progressing")?.reason == "DeadlineExceeded" }
        world.run(seconds: 4000)
        #expect(!hasAsked(world) && world.isRunning)
        world.hosts[3].unfit = [:]
        world.verbs.promote = "\(try #require(world.status.rollout).id)/0"
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test(
        "A controller that dies in the middle, its status lost or not, asks no host before the preflight is passed",
        arguments: [true, false])
    func restarts(isLost: Bool) throws {
        var world = first([.preflight(Preflight(deadlineSeconds: 3600))]) { $0.hosts[3].unfit[Self.first] = "DiskFull" }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        if isLost { world.status = ModuleDeploymentStatus() }
        try world.restart()
        world.run(seconds: 120)
        #expect(!hasAsked(world) && world.plan?.spec.stageAhead == true && reason(world) == "PreflightFailed")
        world.hosts[3].unfit = [:]
        world.run { $0.isDelivered("1.0.0") }
        #expect(world.isDelivered("1.0.0"))
    }

    @Test("Another version that is wanted in the middle has a preflight of its own")
    func superseded() {
        var world = first([.preflight(Preflight(deadlineSeconds: 3600))]) { $0.hosts[3].unfit[Self.first] = "DiskFull" }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        world.ask(for: "1.1.0")
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.plans.allSatisfy { $0.canary?.version != "1.0.0" || $0.cutoffs.isEmpty })
        #expect(world.plans.contains { $0.canary?.version == "1.1.0" && $0.stageAhead ?? false && $0.cutoffs.isEmpty })
    }
}
