import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A step that measures")
struct AnalysisStepTests {
    private func measuring(
        _ behaviour: CheckBehaviour, steps: [Step]? = nil, _ change: (inout Strategy) -> Void = { _ in }
    ) -> World {
        var world = World(
            hosts: 10,
            steps: steps ?? [
                .setWeight(Weight(percent: 20)), .analysis(StepAnalysis([AnalysisReference("errors")])), .setWeight(Weight(percent: 50)),
            ])
        change(&world.spec.strategy)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["errors"] = behaviour
        world.run(limit: 200) { $0.status.rollout?.stepIndex == 1 }
        return world
    }

    private func isInconclusive(_ world: World) -> Bool { world.condition("Progressing")?.reason == "AnalysisInconclusive" }

    @Test("waits for its analyses, says how far they are, and goes on when they have succeeded")
    func succeeds() throws {
        var world = measuring(.succeeds)
        let check = try #require(world.check("step-1.errors"))
        #expect(check.kind == .analysis && check.step == 1 && check.subject == "errors" && check.startTime == Instant(world.now))
        #expect(check.phase == .pending && check.result == nil)
        #expect(world.condition("Progressing")?.reason == "Analysing" && world.status.phase == .progressing)
        #expect(world.status.message.contains("step 2 of 4, 20%: waits for analysis errors: not measured yet, since 20"))
        world.tick()
        world.tick()
        #expect(world.status.message.contains("analysis errors: 2 of 3 measurements, 0 failed; next at 20"))
        #expect(world.status.message.contains("graft promote http goes on without."))
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0") && world[facts: "1.1.0"].outcome == .good)
        let told = world.events.map(\.note)
        #expect(told.contains("Step 2 of 4: analysis errors begins."))
        #expect(told.contains("Step 2 of 4: passed. analysis errors: 3 of 3 measurements, 0 failed."))
        #expect(told.count { $0.hasPrefix("Step 2 of 4") } == 2)
    }

    @Test("All analyses of a step must succeed, and each is begun once")
    func all() {
        var world = World(
            hosts: 4,
            steps: [
                .setWeight(Weight(percent: 50)), .analysis(StepAnalysis([AnalysisReference("errors"), AnalysisReference("latency")])),
            ])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["latency"] = .isSilent
        world.run { $0.check("step-1.errors")?.phase == .successful }
        world.run(seconds: 5000)
        #expect(world.status.rollout?.stepIndex == 1 && world.check("step-1.latency")?.phase == .pending)
        world.checkBehaviour["latency"] = .succeeds
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
        #expect(world.events.count { if case .checkStarted = $0 { true } else { false } } == 2)
    }

    @Test("A failure goes back and quarantines, and says which metric with which numbers")
    func fails() throws {
        var world = measuring(.fails)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10)
        #expect(world.status.rollout?.cause == .analysisFailed)
        #expect(world[facts: "1.1.0"].outcome == .bad && world[facts: "1.1.0"].quarantine != nil)
        let reason =
            "Analysis errors failed: metric errors: 3 failed, of which 2 are tolerated: 0.91 is below 0.95 (3 of 3 measurements, 3 failed)"
        #expect(world.status.rollout?.reason == reason)
        #expect(world.status.message.contains(reason))
        // What was measured stays to be seen.
        #expect(world.check("step-1.errors")?.result?.metrics.first?.failed == 3)
        #expect(world.events.count { $0.note.contains(reason) } == 2, "the return, and the quarantine")
        // The next one begins with nothing of it.
        world.ask(for: "1.2.0")
        world.checkBehaviour["errors"] = .isSilent
        world.run { $0.status.rollout?.stepIndex == 1 && $0.isRunning }
        #expect(world.status.rollout?.checks.map(\.id) == ["step-1.errors"] && world.check("step-1.errors")?.phase == .pending)
    }

    @Test("What could not be measured goes back as well, and quarantines nothing: nobody knows that the module is bad")
    func errs() {
        var world = measuring(.errs)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10 && world.status.rollout?.cause == .checkError)
        #expect(world[facts: "1.1.0"].outcome == .rejected && world[facts: "1.1.0"].quarantine == nil)
        #expect(
            world.status.rollout?.reason
                == "Analysis errors could not be measured: metric errors: 3 errors in succession, of which 2 are tolerated: connection refused"
        )
        #expect(world.status.message.contains("graft retry http"))
    }

    @Test("What is inconclusive stands still until someone promotes it, past the step")
    func inconclusive() throws {
        var world = measuring(.isInconclusive)
        world.run(until: isInconclusive)
        #expect(world.status.phase == .paused && world.condition("Stalled")?.reason == "AnalysisInconclusive")
        #expect(world.status.message.contains("Analysis errors is inconclusive: metric errors: 3 were inconclusive"))
        world.run(seconds: 100_000)
        #expect(isInconclusive(world) && world.status.rollout?.stepIndex == 1)
        #expect(world.events.count { if case .inconclusive = $0 { true } else { false } } == 1)
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/1"
        world.decide()
        #expect(world.status.rollout?.stepIndex == 2)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("or until someone aborts it, which quarantines nothing")
    func inconclusiveAborted() throws {
        var world = measuring(.isInconclusive)
        world.run(until: isInconclusive)
        world.verbs.abort = try #require(world.status.rollout?.id)
        world.run { $0.rolledBack }
        #expect(world.running("1.0.0") == 10 && world.status.rollout?.cause == .aborted)
        #expect(world[facts: "1.1.0"].quarantine == nil)
    }

    @Test("A dry run is waited for, and changes nothing")
    func dryRun() {
        var world = measuring(.failsDry)
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("A promotion goes past it while it measures; a full one past all of them")
    func promoted() throws {
        for verb in ["1", "full"] {
            var world = measuring(.isSilent)
            world.verbs.promote = "\(try #require(world.status.rollout?.id))/\(verb)"
            world.decide()
            #expect(world.status.rollout?.stepIndex == (verb == "1" ? 2 : 3))
            #expect(world.check("step-1.errors") == nil, "nobody performs it any more")
            world.run { $0.isDelivered("1.1.0") }
            #expect(world.isDelivered("1.1.0"))
        }
    }

    @Test("A promotion that comes together with the failure does not go past it", arguments: ["1", "full"])
    func promotedTooLate(verb: String) throws {
        var world = measuring(.fails)
        world.performChecks()
        world.decide()
        world.performChecks()
        world.decide()
        world.performChecks()
        world.verbs.promote = "\(try #require(world.status.rollout?.id))/\(verb)"
        world.decide()
        #expect(world.status.rollout?.cause == .analysisFailed)
        #expect(world.events.contains { if case .verbIgnored("promote", _) = $0 { true } else { false } })
    }

    @Test("Abort wins while nobody measures, and while everything succeeds")
    func aborted() throws {
        for behaviour in [CheckBehaviour.isSilent, .succeeds, .fails] {
            var world = measuring(behaviour)
            for _ in 0..<2 {
                world.performChecks()
                world.decide()
            }
            world.performChecks()
            world.verbs.abort = try #require(world.status.rollout?.id)
            world.run { $0.rolledBack }
            #expect(world.running("1.0.0") == 10 && world.status.rollout?.cause == .aborted)
        }
    }

    @Test("A deadline ends what takes too long, or lets it stand still; nobody is blamed", arguments: Strategy.OnDeadline.allCases)
    func deadline(consequence: Strategy.OnDeadline) throws {
        var world = measuring(
            .isSilent,
            steps: [
                .setWeight(Weight(percent: 20)),
                .analysis(StepAnalysis([AnalysisReference("errors")], deadlineSeconds: 300, onDeadline: consequence)),
            ])
        world.run(seconds: 200)
        #expect(world.condition("Progressing")?.reason == "Analysing")
        world.run(seconds: 1000)
        switch consequence {
        case .rollback:
            #expect(world.rolledBack && world.status.rollout?.cause == .overdue && world[facts: "1.1.0"].quarantine == nil)
        case .pause:
            #expect(world.condition("Stalled")?.reason == "DeadlineExceeded")
            world.verbs.promote = "\(try #require(world.status.rollout?.id))/1"
            world.decide()
            #expect(world.condition("Progressing")?.reason == "Analysing", "the same time again")
            world.checkBehaviour["errors"] = .succeeds
            world.run { $0.isDelivered("1.1.0") }
            #expect(world.isDelivered("1.1.0"))
        }
    }

    @Test("A pause by the spec stops its deadline, and nothing that was measured meanwhile is lost or acted on")
    func pausedBySpec() {
        var world = measuring(
            .isSilent,
            steps: [.setWeight(Weight(percent: 20)), .analysis(StepAnalysis([AnalysisReference("errors")], deadlineSeconds: 300))])
        world.spec.paused = true
        world.run(seconds: 5000)
        world.checkBehaviour["errors"] = .fails
        world.run(seconds: 100)
        #expect(world.check("step-1.errors")?.phase == .failed && world.running("1.1.0") == 2)
        world.spec.paused = false
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .analysisFailed)
    }

    @Test("Retrying begins everything anew")
    func retried() throws {
        var world = measuring(.errs)
        world.run { $0.rolledBack }
        let before = try #require(world.check("step-1.errors"))
        world.checkBehaviour["errors"] = .isSilent
        world.verbs.retry = "http-1-1-0"
        world.run { $0.status.rollout?.stepIndex == 1 && $0.isRunning }
        let check = try #require(world.check("step-1.errors"))
        #expect(check.phase == .pending && check.startTime != before.startTime && check.result == nil)
        // Who still has the old run in mind is not believed.
        world.checks = [before]
        world.decide()
        #expect(world.check("step-1.errors") == check)
    }

    @Test("A third version in the middle drops it, and so does the old one")
    func superseded() {
        for version in ["1.2.0", "1.0.0"] {
            var world = measuring(.isSilent)
            world.ask(for: version)
            world.decide()
            #expect(world.status.rollout?.kind == .return && world.status.rollout?.checks == [])
        }
    }
}
