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

    @Test("that divides calls gets them step by step, at one plan write each, and all of them at last")
    func dividesCalls() {
        let simulation = simulated([
            .setWeight(Weight(percent: 10)), .setTraffic(Traffic(share: Weight(percent: 5))),
            .setTraffic(Traffic(share: Weight(percent: 50))),
        ])
        #expect(simulation.phase == .healthy)
        #expect(simulation.samples.last?.updated == 500)
        #expect(simulation.moments.contains { $0.sentence == "Step 2 of 5: 5% of calls on 50 hosts." })
        #expect(simulation.moments.contains { $0.sentence == "Step 5 of 5: all calls on 500 hosts." })
        #expect(simulated([.setTraffic(Traffic(share: Weight(percent: 5)))]) { $0.failing = 50_000 }.samples.last?.updated == 0)
    }

    @Test("that fails goes back, and no host keeps the version")
    func fails() {
        let simulation = simulated { $0.failing = 50_000 }
        #expect(simulation.phase == .degraded)
        #expect(simulation.samples.last?.updated == 0)
        #expect(simulation.message.contains("ProbeFailed"))
    }

    @Test("of which every host fails goes back at once: who never left the old version says so too")
    func allFail() {
        let simulation = simulated { $0.failing = 1_000_000 }
        #expect(simulation.phase == .degraded && simulation.samples.last?.updated == 0)
        #expect(simulation.moments.last.map { $0.time < .seconds(30) } ?? false, "\(simulation.moments)")
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

    private static let checked: [Step] = [
        .setWeight(Weight(percent: 10)), .analysis(StepAnalysis([AnalysisReference("errors")])),
        .webhook(StepWebhook("https://change.example:8443/")),
        .soak(Soak(durationSeconds: 30, samples: SampleGoal(1000, of: HostSeries("requests_total")))),
    ]

    @Test("where everything that is checked is well")
    func checked() {
        let simulation = simulated(Self.checked)
        #expect(simulation.phase == .healthy)
        let sentences = simulation.moments.map(\.sentence)
        #expect(sentences.contains("Step 2 of 5: passed. analysis errors: 5 of 5 measurements, 0 failed."))
        #expect(sentences.contains("Step 3 of 5: passed. webhook change.example:8443: Go."))
        #expect(simulation.samples.last?.updated == 500)
    }

    @Test(
        "where one check fails goes back for it",
        arguments: [
            ("errors", "AnalysisFailed", "Analysis errors failed: metric simulated: it was simulated to fail"),
            ("change.example:8443", "Refused", "change.example:8443 says NoGo: it was simulated to refuse"),
            ("requests_total", "StepDeadlineExceeded", "Step 4 of 5 took longer than its 86430 s"),
        ])
    func failingCheck(name: String, cause: String, reason: String) {
        let simulation = simulated(Self.checked) {
            $0.checks.failing = name
            $0.checks.failsAfter = .seconds(600)
        }
        #expect(simulation.phase == .degraded && simulation.samples.last?.updated == 0)
        #expect(simulation.moments.contains { $0.sentence.contains(reason) }, "\(simulation.moments.map(\.sentence))")
    }

    @Test("where what watches in the background fails in the middle")
    func failingBackground() {
        var spec = ModuleDeploymentSpec()
        spec.strategy.steps = [.setWeight(Weight(percent: 10)), .pause(seconds: 3600)]
        spec.strategy.analysis = BackgroundAnalysis([AnalysisReference("latency")])
        var options = Simulation.Options()
        options.hosts = 100
        options.checks.failing = "latency"
        options.checks.failsAfter = .seconds(900)
        var simulation = Simulation(ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "payments"), spec: spec), options)
        simulation.run()
        #expect(simulation.phase == .degraded && simulation.message.contains("Analysis latency in the background failed"))
        #expect(simulation.moments.last.map { $0.time < .seconds(1200) } ?? false)
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

    @Test(
        "has the same fate whether decisions are made from what was found before, or each from all hosts",
        arguments: 1...6 as ClosedRange<UInt64>)
    func keptFindings(seed: UInt64) {
        func fate(keepsFindings: Bool) -> Simulation {
            var spec = ModuleDeploymentSpec()
            spec.strategy.steps = [
                .preflight(Preflight(failureThreshold: .share(Weight(percent: 5)))), .setWeight(Weight(percent: 10)),
                .setTraffic(Traffic(share: Weight(percent: 5))), .setWeight(Weight(percent: 50)), .soak(seconds: 60),
            ]
            if seed % 2 == 0 { spec.strategy.order = HostOrder(label: "stage", values: ["canary", "staging", "production"]) }
            if seed % 3 == 0 { spec.strategy.spread = .zoneByZone }
            var options = Simulation.Options()
            (options.hosts, options.zones, options.seed) = (400, 3, seed)
            (options.unfit, options.failing, options.dying) = (10_000, seed < 5 ? 1_000 : 40_000, 2_000)
            options.keepsFindings = keepsFindings
            var simulation = Simulation(ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "payments"), spec: spec), options)
            simulation.run()
            return simulation
        }
        let (kept, anew) = (fate(keepsFindings: true), fate(keepsFindings: false))
        #expect(kept.moments == anew.moments && kept.samples == anew.samples && kept.marks == anew.marks)
        #expect(kept.decisions == anew.decisions && kept.planWrites == anew.planWrites && kept.decisions > 10)
        #expect(kept.message == anew.message && kept.phase == anew.phase && kept.svg == anew.svg)
    }

    @Test("is drawn as a document with two lines")
    func drawn() {
        let svg = simulated().svg
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.split(separator: "<polyline").count == 3)
    }

    @Test("has its steps, and the way back, marked in the drawing where they begin")
    func marked() {
        let steps: [Step] = [
            .setWeight(Weight(percent: 10)), .pause(seconds: 600), .approve(Approval(approvers: ["ann"])), .soak(seconds: 60),
        ]
        let good = simulated(steps)
        #expect(good.marks.map(\.label) == ["10%", "pause 600 s", "approval", "soak 60 s", "100%"])
        #expect(good.marks[2].time >= .seconds(600))
        for mark in good.marks { #expect(good.svg.contains(">\(mark.label)</text>")) }
        let bad = simulated(steps) { $0.failing = 1_000_000 }
        #expect(bad.marks.map(\.label) == ["10%", "back to old"])
    }

    @Test(
        "has an axis with round times, eight of them at most", arguments: [1, 7, 59, 2653, 86_400, 30 * 86_400, 399 * 86_400] as [Double])
    func axis(end: Double) {
        let tick = Simulation.tick(of: end)
        #expect(end / tick <= 8 && tick >= 1 && tick == tick.rounded())
    }
}
