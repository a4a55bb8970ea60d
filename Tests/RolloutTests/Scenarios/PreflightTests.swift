import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Rollout

@Suite("Preflights")
struct PreflightTests {
    /// Ten hosts on 1.0.0, and 1.1.0 wanted by a strategy that begins with a preflight.
    private func upgrading(
        _ preflight: Preflight = Preflight(), hosts: Int = 10, before: (inout World) -> Void = { _ in }
    ) -> World {
        var world = World(hosts: hosts)
        world.deliver("1.0.0")
        world.spec.strategy.steps = [.preflight(preflight), .setWeight(Weight(percent: 20)), .pause(seconds: nil)]
        before(&world)
        world.ask(for: "1.1.0")
        return world
    }

    private static let new = World.revision("1.1.0")
    private func hasBegun(_ world: World) -> Bool { world.status.rollout?.preflight != nil }
    private func reason(_ world: World) -> String? { world.condition("Ready")?.reason }

    @Test("Every host judges and stages it, nothing is activated meanwhile, and then the first step begins")
    func passes() {
        var world = upgrading()
        world.decide()
        #expect(world.plan?.spec.stageAhead == true && world.plan?.spec.cutoffs == [])
        #expect(reason(world) == "Preflight")
        #expect(world.status.message.contains("preflight, nothing is activated; 0 of 10 hosts have it staged; 10 yet to answer"))
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.running("1.1.0") == 2)
        #expect(world.plan?.spec.stageAhead == nil)
        #expect(world.events.contains(.preflightBegan(number: 1, of: 4, hosts: 10, unable: 0)))
        #expect(world.events.contains(.preflightPassed(number: 1, of: 4, summary: "10 of 10 hosts have it staged")))
        #expect(world.hosts.allSatisfy { $0.slot?.staged.contains(PreflightTests.new) ?? false })
        let asking = world.plans.filter { $0.stageAhead ?? false }
        #expect(asking.count == 1, "one write asks them all")
    }

    @Test(
        "More failures than may be: it is told at once which hosts and why, and given up at the deadline, with nothing loaded or quarantined"
    )
    func refuses() throws {
        var world = upgrading(Preflight(deadlineSeconds: 300)) { world in
            world.hosts[3].unfit[PreflightTests.new] = "DiskFull"
            world.hosts[7].unfit[PreflightTests.new] = "NotTrusted"
        }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        #expect(world.status.message.contains("2 can't take it (1 DiskFull, 1 NotTrusted), at most 0 may"))
        #expect(world.status.message.contains("edge.node-3: DiskFull: edge.node-3 says DiskFull"))
        #expect(world.condition("Stalled")?.status == .isTrue)
        let told = world.events.compactMap { if case .preflightFailing(_, _, let summary, _) = $0 { summary } else { nil } }
        #expect(told.count == 1 && told[0].contains("edge.node-7: NotTrusted"))
        world.run(seconds: 100)
        #expect(world.isRunning && world.status.rollout?.kind == .steps, "they may mend until the deadline")
        world.run { $0.rolledBack }
        let rollout = try #require(world.status.rollout)
        #expect(rollout.cause == .preflight && rollout.preflight?.failures.map(\.reason).sorted() == ["DiskFull", "NotTrusted"])
        #expect(world[facts: "1.1.0"].outcome == .rejected && world[facts: "1.1.0"].quarantine == nil)
        #expect(reason(world) == "Rejected" && world.status.message.contains("edge.node-3: DiskFull"))
        #expect(world.status.message.contains("Nothing was activated"))
        #expect(world.plans.allSatisfy { $0.canary?.version != "1.1.0" || $0.cutoffs == [] })
        #expect(world.running("1.0.0") == 10)
        #expect(world.events.count { if case .preflightFailing = $0 { true } else { false } } == 1)
    }

    @Test("Hosts that mend before the deadline let it pass")
    func mends() {
        var world = upgrading { $0.hosts[3].unfit[PreflightTests.new] = "DiskFull" }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        world.hosts[3].unfit = [:]
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.running("1.1.0") == 2)
    }

    @Test(
        "The threshold is what may fail, not what fails it; shares are rounded down",
        arguments: [
            (CountOrShare.count(0), 1, false), (.count(1), 1, true), (.count(1), 2, false), (.share(Weight(percent: 20)), 2, true),
            (.share(Weight(percent: 19)), 2, false), (.share(Weight(percent: 9)), 1, false), (.share(.all), 9, true),
        ])
    func threshold(threshold: CountOrShare, failing: Int, passes: Bool) {
        var world = upgrading(Preflight(failureThreshold: threshold, deadlineSeconds: 60)) { world in
            for index in 0..<failing { world.hosts[index].unfit[PreflightTests.new] = "DiskFull" }
        }
        let staged = 10 - failing
        world.run(limit: 400) { passes ? $0.status.rollout?.stepIndex ?? 0 > 0 : $0.rolledBack }
        #expect(passes == (world.status.rollout?.cause != .preflight), "\(world.testDescription)")
        #expect(world.status.rollout?.preflight?.staged == staged)
    }

    @Test("Who has not answered when the deadline is over counts as one that can't take it")
    func silence() {
        var world = upgrading(Preflight(deadlineSeconds: 60)) { $0.hosts[4].isHeld = false }
        world.decide()
        for _ in 0..<200 where !world.rolledBack {
            for index in world.hosts.indices where index != 4 || world.status.rollout?.kind == .return { world.act(index) }
            world.now = world.now + .seconds(1)
            world.decide()
        }
        #expect(world.status.rollout?.cause == .preflight)
        #expect(world.status.rollout?.reason?.contains("1 yet to answer, as edge.node-4") == true)
    }

    @Test("Hosts that are not Ready, held, or have older agents are not waited for, and those with older agents are named")
    func leftOut() {
        var world = upgrading { world in
            world.kill([0])
            world.hosts[1].isHeld = true
            world.hosts[2].isOld = true
        }
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        let found = world.status.rollout?.preflight
        #expect(found?.asked == 7 && found?.staged == 7 && found?.unable == 1)
        let passed = world.events.compactMap { if case .preflightPassed(_, _, let summary) = $0 { summary } else { nil } }
        #expect(passed == ["7 of 7 hosts have it staged; 1 not asked, as edge.node-2: its agent can't stage ahead"])
    }

    @Test("A host that can't run it is a failure of the preflight that comes first, by the threshold, in place of holding everything up")
    func incompatible() {
        for tolerated in [0, 1] {
            var world = upgrading(Preflight(failureThreshold: .count(tolerated), deadlineSeconds: 60)) {
                $0.hosts[5].incompatibleWith = [PreflightTests.new]
            }
            world.run(limit: 400) { $0.rolledBack || $0.condition("Progressing")?.reason == "StepPaused" }
            #expect(world.rolledBack == (tolerated == 0))
            #expect(world.status.rollout?.preflight?.failures.first?.reason == "Incompatible")
            #expect(world.status.rollout?.preflight?.failures.first?.message == "needs more than it has")
            #expect(world.running("1.1.0") == (tolerated == 0 ? 0 : 2))
        }
    }

    @Test("Where no host can run it, it does not begin")
    func nobodyCan() {
        var world = upgrading { for index in $0.hosts.indices { $0.hosts[index].incompatibleWith = [PreflightTests.new] } }
        world.run(seconds: 10)
        #expect(reason(world) == "IncompatibleHosts")
    }

    @Test("A host that joins is asked too, and one that dies in the middle is not waited for")
    func comingAndGoing() {
        var world = upgrading()
        world.decide()
        world.kill([9])
        world.hosts.append(SimulatedHost("edge.late"))
        world.run { $0.status.rollout?.stepIndex ?? 0 > 0 }
        #expect(world.status.rollout?.preflight?.staged == 10 && world.status.rollout?.preflight?.asked == 10)
        #expect(world.hosts[10].slot?.staged.contains(PreflightTests.new) == true)
    }

    @Test("With onDeadline: Pause it stands still until somebody promotes or aborts it", arguments: [true, false])
    func standsStill(promotes: Bool) throws {
        var world = upgrading(Preflight(deadlineSeconds: 60, onDeadline: .pause)) { $0.hosts[3].unfit[PreflightTests.new] = "DiskFull" }
        world.run { $0.condition("Progressing")?.reason == "DeadlineExceeded" }
        #expect(world.status.message.contains("edge.node-3: DiskFull"))
        world.run(seconds: 4000)
        #expect(world.running("1.1.0") == 0 && world.status.rollout?.stepIndex == 0)
        let rollout = try #require(world.status.rollout)
        if promotes {
            world.verbs.promote = "\(rollout.id)/0"
            world.decide()
            #expect(world.status.rollout?.stepIndex == 0 && world.status.rollout?.overdue == nil, "the same time again")
            world.verbs.promote = "\(rollout.id)/0"
            world.run { $0.condition("Progressing")?.reason == "StepPaused" }
            #expect(world.running("1.1.0") == 2, "promoted once more it goes on without that host")
        } else {
            world.verbs.abort = rollout.id
            world.run { $0.rolledBack }
            #expect(world.status.rollout?.cause == .aborted && world.running("1.0.0") == 10)
        }
    }

    @Test("Aborted, undone or superseded in the middle, nothing of it was activated anywhere", arguments: ["abort", "undo", "1.2.0"])
    func givenUp(how: String) {
        var world = upgrading()
        world.decide()
        for index in 0..<4 { world.act(index) }
        world.decide()
        #expect(hasBegun(world))
        switch how {
        case "abort": world.verbs.abort = world.status.rollout?.id
        case "undo": world.ask(for: "1.0.0")
        default: world.ask(for: how)
        }
        world.decide()
        #expect(world.plan?.spec.stageAhead == nil)
        world.run { $0.rolledBack || $0.status.rollout?.id.hasPrefix(World.revision("1.2.0")) == true }
        #expect(world.plans.allSatisfy { $0.canary?.version != "1.1.0" || $0.cutoffs == [] })
        #expect(world.running("1.0.0") == 10)
    }

    @Test("Tried again, hosts answer anew: what they said of the last attempt counts for nothing")
    func retried() throws {
        var world = upgrading(Preflight(deadlineSeconds: 60)) { $0.hosts[3].unfit[PreflightTests.new] = "DiskFull" }
        world.run { $0.rolledBack }
        world.verbs.retry = PreflightTests.new
        world.decide()
        #expect(world.status.rollout?.preflight?.waiting == 10 && world.status.rollout?.preflight?.failed == 0)
        world.hosts[3].unfit = [:]
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.running("1.1.0") == 2)
    }

    @Test("Later among the steps, only hosts that do not run it yet are asked")
    func later() {
        var world = World(
            hosts: 10, steps: [.setWeight(Weight(percent: 20)), .preflight(), .setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.run { $0.condition("Progressing")?.reason == "StepPaused" }
        #expect(world.running("1.1.0") == 5)
        #expect(world.events.contains(.preflightPassed(number: 2, of: 5, summary: "8 of 8 hosts have it staged")))
    }

    @Test("Time stands still while the deployment is paused, and a new leader gives a minute")
    func clocks() throws {
        var world = upgrading(Preflight(deadlineSeconds: 60)) { $0.hosts[3].unfit[PreflightTests.new] = "DiskFull" }
        world.run { $0.condition("Ready")?.reason == "PreflightFailed" }
        world.spec.paused = true
        world.run(seconds: 500)
        world.spec.paused = false
        world.decide()
        #expect(world.status.rollout?.kind == .steps)
        world.now = world.now + .seconds(70)
        try world.restart()
        world.decide()
        #expect(world.status.rollout?.kind == .steps, "it has just begun to hear from hosts")
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .preflight)
    }

    @Test("A great fleet that fails is told by ten names and the numbers, within what a status may hold")
    func bounded() throws {
        var world = upgrading(Preflight(deadlineSeconds: 60), hosts: 400) { world in
            for index in world.hosts.indices {
                world.hosts[index].unfit[PreflightTests.new] = String(repeating: "Ü", count: 300)
            }
        }
        world.run(limit: 60) { $0.condition("Ready")?.reason == "PreflightFailed" }
        let found = try #require(world.status.rollout?.preflight)
        #expect(found.failed == 400 && found.failures.count == 10)
        #expect(world.status.message.contains("400 can't take it"))
        #expect(world.status.json.text().utf8.count < 20_000)
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .preflight)
        #expect((world.status.rollout?.reason?.unicodeScalars.count ?? 0) <= 1001)
    }
}
