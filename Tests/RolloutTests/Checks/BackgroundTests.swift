import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Analysis in the background")
struct BackgroundTests {
    private func watched(from step: Int = 1, _ behaviour: CheckBehaviour = .succeeds, steps: [Step]? = nil) -> World {
        var world = World(
            hosts: 10,
            steps: steps ?? [.setWeight(Weight(percent: 20)), .pause(seconds: 60), .setWeight(Weight(percent: 50)), .pause(seconds: nil)])
        world.spec.strategy.analysis = BackgroundAnalysis([AnalysisReference("errors")], startingStep: step)
        world.deliver("1.0.0")
        #expect(world.status.rollout?.checks == [], "the first version has nothing beside it")
        world.ask(for: "1.1.0")
        world.checkBehaviour["errors"] = behaviour
        return world
    }

    private func isPaused(_ world: World) -> Bool { world.status.rollout?.stepIndex == 3 && world.status.phase == .paused }

    @Test(
        "begins with its step, as soon as a host runs the canary, and lasts through pauses until the rollout ends",
        arguments: [1, 2, 3, 4, 5])
    func lasts(step: Int) throws {
        var world = watched(from: step)
        world.decide()
        #expect(world.check("background.errors") == nil)
        world.run { $0.check("background.errors") != nil || isPaused($0) }
        #expect(world.status.rollout?.stepIndex == min(step - 1, 3) && world.running("1.1.0") > 0)
        world.run(until: isPaused)
        world.run(seconds: 300)
        if step < 5 {
            let check = try #require(world.check("background.errors"))
            #expect(check.step == nil && check.phase == .running)
        }
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/3"
        world.run { $0.isDelivered("1.1.0") }
        let check = try #require(world.check("background.errors"))
        #expect(check.phase == .successful && check.result?.phase == .successful)
        #expect(world.events.count { if case .checkStarted("analysis errors", nil, _, _) = $0 { true } else { false } } == 1)
    }

    @Test("ends the rollout at any step, pauses included")
    func fails() {
        var world = watched()
        world.run(until: isPaused)
        world.checkBehaviour["errors"] = .fails
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10 && world.status.rollout?.cause == .analysisFailed)
        #expect(world.status.rollout?.reason?.hasPrefix("Analysis errors in the background failed: metric errors: ") ?? false)
        #expect(world[facts: "1.1.0"].quarantine != nil)
    }

    @Test("ends it also while it stands still for another reason")
    func failsWhileOverdue() {
        var world = watched(steps: [
            .setWeight(Weight(percent: 20)), .approve(Approval(approvers: ["ann"], deadlineSeconds: 60, onDeadline: .pause)),
        ])
        world.run { $0.condition("Progressing")?.reason == "DeadlineExceeded" }
        world.checkBehaviour["errors"] = .fails
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .analysisFailed)
    }

    @Test("that is inconclusive stands still; a promotion lets the same step go on, and watches anew")
    func inconclusive() throws {
        var world = watched()
        world.run(until: isPaused)
        let first = try #require(world.check("background.errors"))
        world.checkBehaviour["errors"] = .isInconclusive
        world.run { $0.condition("Progressing")?.reason == "AnalysisInconclusive" }
        world.run(seconds: 1000)
        #expect(world.condition("Progressing")?.reason == "AnalysisInconclusive")
        world.checkBehaviour["errors"] = .succeeds
        let id = try #require(world.status.rollout?.id)
        world.verbs.promote = "\(id)/3"
        world.decide()
        #expect(world.status.rollout?.stepIndex == 3 && world.condition("Progressing")?.reason == "StepPaused")
        let second = try #require(world.check("background.errors"))
        #expect(second.phase == .pending && second.startTime != first.startTime)
        world.verbs.promote = "\(id)/3"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("is skipped with all steps by a full promotion, unless that stops at an approval")
    func fullPromotion() throws {
        var world = watched()
        world.run(until: isPaused)
        world.checkBehaviour["errors"] = .fails
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/full"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.check("background.errors")?.message == "Skipped by a full promotion.")

        var stopped = watched(steps: [.setWeight(Weight(percent: 20)), .pause(seconds: nil), .approve(Approval(approvers: ["ann"]))])
        stopped.run { $0.status.phase == .paused }
        stopped.verbs.promote = "\(try #require(stopped.status.rollout?.id))/full"
        stopped.decide()
        #expect(stopped.condition("Progressing")?.reason == "ApprovalNeeded" && stopped.check("background.errors")?.phase == .running)
    }

    @Test("A stable version that fails holds no good canary up")
    func failingStable() {
        var world = watched(steps: [.setWeight(Weight(percent: 20)), .analysis(StepAnalysis([AnalysisReference("errors")]))])
        world.run { $0.running("1.1.0") == 1 }
        for index in world.hosts.indices where world.hosts[index].active == World.revision("1.0.0") {
            world.hosts[index].slot?.target = SlotTarget(
                revision: World.revision("1.0.0"), state: .failed, blame: .module, reason: "ProbeFailed")
        }
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("What is measured while the fleet is largely gone is nobody's fault, and measured again")
    func frozen() throws {
        var world = watched()
        world.run(until: isPaused)
        world.kill(world.hosts(running: "1.0.0").prefix(4))
        world.decide()
        #expect(world.condition("Progressing")?.reason == "FleetUnhealthy")
        world.checkBehaviour["errors"] = .fails
        for _ in 0..<10 { world.tick() }
        #expect(world.condition("Progressing")?.reason == "FleetUnhealthy" && world[facts: "1.1.0"].quarantine == nil)
        world.checkBehaviour["errors"] = .succeeds
        for _ in 0..<4 { world.tick() }
        for index in world.hosts.indices { world.hosts[index].isReady = true }
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/3"
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("Taken out of the spec it is dropped, put into it it is begun, in the middle")
    func edited() {
        var world = watched()
        world.run(until: isPaused)
        world.spec.strategy.analysis = nil
        world.decide()
        #expect(world.status.rollout?.checks == [])
        world.spec.strategy.analysis = BackgroundAnalysis([AnalysisReference("latency")])
        world.decide()
        #expect(world.status.rollout?.checks.map(\.id) == ["background.latency"])
    }
}
