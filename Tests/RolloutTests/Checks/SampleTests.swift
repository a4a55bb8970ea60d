import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A soak that wants samples")
struct SampleTests {
    private func soaking(_ behaviour: CheckBehaviour, count: Int64 = 1000, seconds: Int = 60, _ change: (inout Soak) -> Void = { _ in })
        -> World
    {
        var soak = Soak(durationSeconds: seconds, samples: SampleGoal(count, of: HostSeries("requests_total")))
        change(&soak)
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 40)), .soak(soak), .setWeight(Weight(percent: 60))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["requests_total"] = behaviour
        world.run { $0.status.rollout?.stepIndex == 1 }
        return world
    }

    @Test("goes on when both are reached: the time, and as many as are wanted")
    func both() throws {
        var early = soaking(.succeeds)
        let began = early.now
        early.run { $0.check("step-1")?.phase == .successful }
        #expect(early.now - began < .seconds(30) && early.status.rollout?.stepIndex == 1)
        early.run { $0.status.rollout?.stepIndex == 2 }
        #expect(early.now - began >= .seconds(59))
        #expect(early.events.map(\.note).contains("Step 2 of 4: passed. samples of requests_total: 1200 of 1000."))
        var late = soaking(.isSilent)
        late.run(seconds: 3000)
        #expect(late.status.rollout?.stepIndex == 1 && late.condition("Progressing")?.reason == "SamplesNeeded")
        #expect(late.status.message.contains("waits for samples of requests_total: 0 of 1000, since"))
        late.checkBehaviour["requests_total"] = .succeeds
        late.run { $0.isDelivered("1.1.0") }
        #expect(late.isDelivered("1.1.0"))
    }

    @Test("A canary that dies while samples are missing counts, long after the time is over")
    func deathCounts() {
        var world = soaking(.isSilent)
        world.run(seconds: 3000)
        world.kill([world.hosts(running: "1.1.0")[0]])
        world.run { $0.status.rollout?.kind == .return }
        #expect(world.status.rollout?.cause == .failures)
    }

    @Test("Traffic that never comes ends it, a day later where nothing else is said", arguments: [nil, 600])
    func deadline(seconds: Int?) {
        var world = soaking(.isSilent) { $0.deadlineSeconds = seconds }
        let began = world.now
        world.run(seconds: 500)
        #expect(world.status.rollout?.stepIndex == 1)
        world.run(limit: 5000) { $0.rolledBack }
        #expect(world.status.rollout?.cause == .overdue && world[facts: "1.1.0"].quarantine == nil)
        #expect(world.now - began >= .seconds((seconds ?? 86_460) - 1))
    }

    @Test("or lets it stand still, and a promotion goes past it")
    func paused() throws {
        var world = soaking(.isSilent) {
            $0.deadlineSeconds = 600
            $0.onDeadline = .pause
        }
        world.run { $0.condition("Progressing")?.reason == "DeadlineExceeded" }
        let id = try #require(world.status.rollout?.id)
        world.verbs.promote = "\(id)/1"
        world.decide()
        world.verbs.promote = "\(id)/1"
        world.decide()
        #expect(world.status.rollout?.stepIndex == 2)
    }

    @Test("Fewer that are wanted in the middle may be enough at once")
    func edited() {
        var world = soaking(.succeeds, count: 1_000_000)
        for _ in 0..<80 { world.tick() }
        #expect(world.condition("Progressing")?.reason == "SamplesNeeded")
        world.spec.strategy.steps[1] = .soak(Soak(durationSeconds: 60, samples: SampleGoal(500, of: HostSeries("requests_total"))))
        world.decide()
        #expect(world.status.rollout?.stepIndex == 2)
    }

    @Test("Samples that can't be counted go back, and nobody is blamed")
    func errs() {
        var world = soaking(.errs)
        world.run { $0.rolledBack }
        #expect(world.status.rollout?.cause == .checkError && world[facts: "1.1.0"].quarantine == nil)
    }
}
