import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Checks and restarts of the controller")
struct CheckRestartTests {
    private struct Ending: Hashable {
        var stable: String?
        var outcome: ModuleRevisionStatus.Outcome
        var isQuarantined: Bool
        var running: [String?]
    }

    private func upgrading(_ subject: String, _ behaviour: CheckBehaviour) -> World {
        var world = World(
            hosts: 4,
            steps: [
                .setWeight(Weight(percent: 30)), .analysis(StepAnalysis([AnalysisReference("errors"), AnalysisReference("latency")])),
                .webhook(StepWebhook("https://change.example/")),
                .soak(Soak(durationSeconds: 3, samples: SampleGoal(1000, of: HostSeries("requests_total")))),
            ])
        world.spec.strategy.soakSeconds = 0
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour[subject] = behaviour
        return world
    }

    private func isOver(_ world: World) -> Bool {
        !world.isRunning && world[facts: "1.1.0"].outcome != .unproven
            && world.hosts.allSatisfy { $0.active == world.status.stable?.revision }
    }

    private func ending(_ world: World) -> Ending {
        Ending(
            stable: world.status.stable?.version, outcome: world[facts: "1.1.0"].outcome,
            isQuarantined: world[facts: "1.1.0"].quarantine != nil, running: world.hosts.map(\.active))
    }

    private static let cases: [(subject: String, behaviour: CheckBehaviour, outcome: ModuleRevisionStatus.Outcome)] = [
        ("errors", .succeeds, .good), ("errors", .failsDry, .good), ("latency", .fails, .bad), ("errors", .errs, .rejected),
        ("change.example", .fails, .rejected), ("requests_total", .errs, .rejected),
    ]

    @Test("A controller that dies at any moment ends as one that doesn't", arguments: cases)
    func restarts(subject: String, behaviour: CheckBehaviour, outcome: ModuleRevisionStatus.Outcome) throws {
        var undisturbed = upgrading(subject, behaviour)
        var moments = 0
        undisturbed.decide()
        while !isOver(undisturbed), moments < 300 {
            undisturbed.tick()
            moments += 1
        }
        let expected = ending(undisturbed)
        #expect(expected.outcome == outcome, "\(undisturbed.testDescription)")
        for crash in World.Crash.allCases {
            for moment in 0...moments {
                var world = upgrading(subject, behaviour)
                if moment > 0 { world.decide() }
                for _ in 0..<max(0, moment - 1) { world.tick() }
                for index in world.hosts.indices { world.act(index) }
                world.performChecks()
                world.decide(dying: crash)
                try world.restart()
                world.run(limit: 400, until: isOver)
                #expect(ending(world) == expected, "died \(crash) at \(moment): \(world.testDescription)")
            }
        }
    }

    @Test("What is measured every second goes on where it was, with the same counters")
    func counters() throws {
        var world = upgrading("latency", .isSilent)
        world.run { ($0.check("step-1.errors")?.result?.metrics.first?.count ?? 0) == 2 }
        let before = try #require(world.check("step-1.errors"))
        try world.restart()
        world.decide()
        #expect(world.check("step-1.errors") == before)
        world.tick()
        #expect(world.check("step-1.errors")?.result?.metrics.first?.count == 3)
    }
}
