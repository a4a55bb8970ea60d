import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A simulated fleet")
struct SimulationTests {
    private func simulated(
        _ steps: [Step] = [.setWeight(Weight(percent: 10)), .pause(seconds: nil)], _ change: (inout Simulation.Options) -> Void = { _ in }
    )
        -> Simulation
    {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge"
        spec.slot = "net/filter"
        spec.strategy.steps = steps
        var options = Simulation.Options()
        options.hosts = 500
        change(&options)
        var simulation = Simulation(ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "payments"), spec: spec), options)
        simulation.run()
        return simulation
    }

    @Test("that behaves gets the new version, by one plan write a wave and one at the end")
    func behaves() {
        let simulation = simulated()
        #expect(simulation.phase == .healthy)
        #expect(simulation.samples.last?.updated == 500)
        #expect(simulation.planWrites < 14)
        #expect(simulation.moments.contains { $0.sentence == "Step 2 of 3: a pause until promoted." })
    }

    @Test("that fails goes back, and no host keeps the version")
    func fails() {
        let simulation = simulated { $0.failing = 50_000 }
        #expect(simulation.phase == .degraded)
        #expect(simulation.samples.last?.updated == 0)
        #expect(simulation.message.contains("ProbeFailed"))
    }

    @Test("with a person who approves after a while")
    func approves() {
        let simulation = simulated([.setWeight(Weight(percent: 10)), .approve(Approval(approvers: ["ann"])), .soak(seconds: 60)])
        #expect(simulation.phase == .healthy)
        #expect(simulation.moments.contains { $0.sentence == "Step 2 of 4: approved by ann." })
    }

    @Test("has a preflight in a minute, and goes on, or no further, as the threshold says")
    func preflight() {
        let steps: [Step] = [.preflight(Preflight(failureThreshold: .share(Weight(percent: 5)))), .setWeight(Weight(percent: 10))]
        let passed = simulated(steps) { $0.unfit = 20_000 }
        #expect(passed.moments.contains { $0.sentence.contains("the preflight is passed") && $0.time < .seconds(120) })
        #expect(passed.samples.last { $0.time < .seconds(60) }?.updated == 0)
        let refused = simulated(steps) { $0.unfit = 100_000 }
        #expect(refused.phase == .degraded && refused.samples.allSatisfy { $0.updated == 0 })
        #expect(refused.message.contains("DiskFull: it was simulated to have no space"))
        #expect(refused.planWrites < 5)
    }

    @Test("is asked in the order of its stages")
    func ordered() {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge"
        spec.slot = "net/filter"
        spec.strategy.order = HostOrder(label: "stage", values: ["staging", "production"])
        spec.strategy.steps = [.setWeight(Weight(percent: 10)), .pause(seconds: nil)]
        var simulation = Simulation(ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "payments"), spec: spec), .init())
        simulation.run()
        #expect(simulation.phase == .healthy && simulation.samples.last?.updated == 1000)
    }

    @Test("has the same fate by the same seed, and another by another")
    func deterministic() {
        let one = simulated {
            $0.failing = 3000; $0.dying = 1000
        }
        let same = simulated {
            $0.failing = 3000; $0.dying = 1000
        }
        #expect(one.moments == same.moments && one.samples == same.samples && one.svg == same.svg)
        let other = simulated {
            $0.failing = 3000; $0.dying = 1000; $0.seed = 2
        }
        #expect(one.samples != other.samples)
    }

    @Test("is drawn as a document with two lines")
    func drawn() {
        let svg = simulated().svg
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.split(separator: "<polyline").count == 3)
    }
}
