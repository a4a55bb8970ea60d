import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Checks that someone changes, or lies about")
struct CheckEditTests {
    private func measuring(_ steps: [Step]) -> World {
        var world = World(hosts: 10, steps: [.setWeight(Weight(percent: 20))] + steps)
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        for name in ["errors", "latency", "change.example", "requests_total"] { world.checkBehaviour[name] = .isSilent }
        world.run { $0.status.rollout?.stepIndex == 1 }
        return world
    }

    private static let analysis = Step.analysis(StepAnalysis([AnalysisReference("errors")]))

    @Test("A step that is taken away in the middle drops its checks, and the rollout reaches every host")
    func removed() {
        var world = measuring([Self.analysis])
        world.spec.strategy.steps = [.setWeight(Weight(percent: 20))]
        world.decide()
        #expect(world.status.rollout?.checks == [])
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("One that becomes something else waits for that")
    func replaced() throws {
        var world = measuring([Self.analysis])
        world.spec.strategy.steps[1] = .webhook(StepWebhook("https://change.example/go"))
        world.decide()
        #expect(world.status.rollout?.checks.map(\.kind) == [.webhook])
        world.spec.strategy.steps[1] = .webhook(StepWebhook("https://other.example/go"))
        world.decide()
        #expect(world.status.rollout?.checks.map(\.subject) == ["other.example"])
        world.spec.strategy.steps[1] = .pause(seconds: nil)
        world.decide()
        #expect(world.status.rollout?.checks == [] && world.condition("Progressing")?.reason == "StepPaused")
    }

    @Test("An analysis that is added is begun, one that is taken away dropped, one that stays goes on")
    func edited() throws {
        var world = measuring([Self.analysis])
        world.checkBehaviour["errors"] = .succeeds
        world.tick()
        let before = try #require(world.check("step-1.errors"))
        world.spec.strategy.steps[1] = .analysis(StepAnalysis([AnalysisReference("latency"), AnalysisReference("errors")]))
        world.decide()
        #expect(world.status.rollout?.checks.map(\.id) == ["step-1.latency", "step-1.errors"])
        #expect(world.check("step-1.errors") == before)
        world.spec.strategy.steps[1] = .analysis(StepAnalysis([AnalysisReference("errors")]))
        world.run { $0.isDelivered("1.1.0") }
        #expect(world.isDelivered("1.1.0"))
    }

    @Test("What the engine did not begin, or not so, is not looked at")
    func lies() throws {
        var world = measuring([Self.analysis])
        world.checkBehaviour["errors"] = .succeeds
        world.tick()
        world.tick()
        let honest = try #require(world.check("step-1.errors"))
        func lie(_ change: (inout CheckStatus) -> Void) -> CheckStatus {
            var check = honest
            check.phase = .failed
            change(&check)
            return check
        }
        let lies = [
            lie { $0.id = "step-1.latency" }, lie { $0.id = "step-0.errors" }, lie { $0.kind = .webhook }, lie { $0.step = 2 },
            lie { $0.subject = "latency" }, lie { $0.startTime = nil }, lie { $0.startTime = Instant(world.now + .seconds(1)) },
            lie { $0.phase = .pending }, lie { $0.attempts = -1 },
            lie {
                $0.phase = .running
                $0.result?.metrics[0].count = 1
            },
            lie {
                $0.phase = .running
                $0.result = nil
            },
        ]
        world.checks = []
        world.decide()
        let expected = world.status
        for lie in lies {
            world.checks = [lie]
            world.decide()
            #expect(world.status == expected, "\(lie)")
        }
    }

    @Test("An analysis that is edited in the middle counts anew, and its end counts")
    func redefined() throws {
        var world = measuring([Self.analysis])
        world.checkBehaviour["errors"] = .succeeds
        world.tick()
        world.tick()
        var news = try #require(world.check("step-1.errors"))
        news.phase = .successful
        news.result?.metrics[0].name = "another"
        news.result?.metrics[0].count = 1
        world.checks = [news]
        world.decide()
        #expect(world.status.rollout?.stepIndex == 2)
    }

    @Test("Answers without data are counted in succession alone: a number that comes after them is further on")
    func noData() throws {
        var world = measuring([Self.analysis])
        var news = try #require(world.check("step-1.errors"))
        var metric = MetricStatus(name: "errors")
        (metric.phase, metric.consecutiveNoData) = (.running, 3)
        news.phase = .running
        news.result = AnalysisStatus()
        news.result?.metrics = [metric]
        world.checks = [news]
        world.decide()
        #expect(world.status.message.contains("analysis errors: 0 measurements, 0 failed, 3 without data"))
        (metric.consecutiveNoData, metric.count, metric.successful) = (0, 1, 1)
        news.result?.metrics = [metric]
        world.checks = [news]
        world.decide()
        #expect(world.check("step-1.errors")?.result?.metrics.first?.count == 1)
    }

    @Test("What is over stays as it is, whatever is said later")
    func over() throws {
        var world = measuring([.analysis(StepAnalysis([AnalysisReference("errors"), AnalysisReference("latency")]))])
        world.checkBehaviour["errors"] = .succeeds
        world.run { $0.check("step-1.errors")?.phase == .successful }
        let done = try #require(world.check("step-1.errors"))
        var lie = done
        lie.phase = .failed
        world.checks = [lie]
        world.decide()
        #expect(world.check("step-1.errors") == done && world.status.rollout?.kind == .steps)
    }
}
