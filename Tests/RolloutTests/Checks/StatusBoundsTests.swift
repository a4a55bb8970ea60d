import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Rollout

@Suite("A status has room for all that it may have to say")
struct StatusBoundsTests {
    private static let sentence = String(repeating: "é\u{1B}\"", count: 2000)
    private static func name(_ length: Int, _ number: Int) -> String {
        let digits = "\(number)"
        return "x" + String(repeating: "n", count: length - 1 - digits.count) + digits
    }

    /// All that a strategy may ask for, as long as it may be, over 25 zones with long names of hosts.
    private static func world() -> World {
        let references = (0..<8).map { AnalysisReference(name(100, $0)) }
        let matches = (0..<4).map { header in TrafficMatch(header: name(63, header), values: (0..<4).map { name(63, $0) }) }
        var world = World(hosts: 50, zones: (0..<25).map { "eu-central-1-\($0)" })
        world.spec.strategy.maxUnavailable = .share(.all)
        world.spec.strategy.soakSeconds = 0
        world.spec.revisionHistoryLimit = 50
        for index in world.hosts.indices { world.hosts[index].name = name(200, index) }
        for number in 1...12 {
            world.deliver("1.\(number).0")
            let place = world.revisions.count - 1
            world.revisions[place].source = "registry.example/" + name(490, number)
            world.revisions[place].message = sentence
        }
        world.spec.strategy.steps =
            [
                .preflight(Preflight(failureThreshold: .share(.all))), .setTraffic(Traffic(share: nil, match: matches)),
                .setWeight(Weight(percent: 30)), .analysis(StepAnalysis(Array(references[..<4]))),
            ] + (0..<60).map { .setWeight(Weight(percent: 31 + $0)) }
        world.spec.strategy.analysis = BackgroundAnalysis(Array(references[4...]), startingStep: 1)
        world.spec.strategy.order = HostOrder(label: name(317, 0), values: (0..<8).map { name(63, $0) })
        world.spec.strategy.failureThreshold = .share(.all)
        for index in world.hosts.indices {
            world.hosts[index].complaint = sentence
            world.hosts[index].labels = [name(317, 0): name(63, index % 8)]
            if index < 12 { world.hosts[index].unfit[World.revision("2.0.0")] = sentence }
        }
        for reference in references { world.checkBehaviour[reference.name] = .isSilent }
        return world
    }

    /// What those who perform it say of a check that has two metrics, at great length.
    private static func told(_ check: CheckStatus, _ phase: AnalysisPhase) -> CheckStatus {
        var news = check
        news.phase = phase
        news.message = sentence
        var result = AnalysisStatus()
        (result.phase, result.message, result.startTime, result.nextTime) = (phase, sentence, check.startTime, check.startTime)
        result.metrics = (0..<2).map { number in
            var metric = MetricStatus(name: name(63, number))
            (metric.phase, metric.message, metric.wanted) = (phase, sentence, 100_000)
            (metric.count, metric.successful, metric.failed, metric.inconclusive) = (100_000, 99_999, 99_999, 99_999)
            (metric.error, metric.consecutiveSuccess, metric.consecutiveError, metric.consecutiveNoData) = (99_999, 9999, 9999, 9999)
            metric.measurements = (0..<10).map { index in
                var measurement = MeasurementStatus()
                (measurement.time, measurement.phase) = (Instant(Timestamp(seconds: 1_767_225_600 + Int64(index))), .inconclusive)
                (measurement.value, measurement.message) = (sentence, sentence)
                return measurement
            }
            return metric
        }
        news.result = result
        return news
    }

    private static func expectRoom(_ world: World, _ what: String) {
        let size = world.status.json.text().utf8.count
        #expect(size < 20_000, "\(what): \(size) bytes")
        #expect(ModuleDeploymentStatus.schema.errors(in: world.status.json) == [], "\(what)")
    }

    @Test(
        "Sixteen metrics of eight analyses, with every name as long as it may be: under 20 kB whatever they come to, and the same again the next time"
    )
    func largest() throws {
        var before = Self.world()
        Self.expectRoom(before, "at rest")
        before.ask(for: "2.0.0")
        let last = before.revisions.count - 1
        before.revisions[last].source = "registry.example/" + Self.name(490, 0)
        before.revisions[last].evidence = Self.sentence
        before.run { $0.status.rollout?.checks.count == 8 }
        #expect(before.status.rollout?.checks.count == 8, "\(before.status.message)")
        Self.expectRoom(before, "begun")
        for phase in [AnalysisPhase.running, .successful, .inconclusive, .error, .failed] {
            var world = before
            let open = world.status.rollout?.checks ?? []
            world.checks = open.map { Self.told($0, .running) }
            world.decide()
            Self.expectRoom(world, "running")
            world.checks = open.map { Self.told($0, phase) }
            world.decide()
            Self.expectRoom(world, "\(phase)")
            #expect(world.status.history.contains { $0.revision == world.status.stable?.revision })
            let told = world.status
            world.decide()
            #expect(world.status == told, "\(phase): deciding again changed it")
            if phase == .running {
                let metrics = world.status.rollout?.checks.flatMap { $0.result?.metrics ?? [] } ?? []
                #expect(metrics.count == 16 && metrics.allSatisfy { $0.count == 100_000 && $0.measurements.count == 1 })
            }
            try world.restart()
            world.run(seconds: 30)
            Self.expectRoom(world, "\(phase), later")
        }
    }

    @Test("Small statuses lose nothing: what is said of one analysis with a few metrics stays as it is")
    func small() throws {
        var world = World(hosts: 4, steps: [.setWeight(Weight(percent: 30)), .analysis(StepAnalysis([AnalysisReference("errors")]))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["errors"] = .isSilent
        world.run { $0.check("step-1.errors") != nil }
        var news = Self.told(try #require(world.check("step-1.errors")), .running)
        for index in 0..<2 {
            news.result?.metrics[index].message = "well"
            for place in 0..<10 {
                news.result?.metrics[index].measurements[place].message = "it is 0.5"
                news.result?.metrics[index].measurements[place].value = "0.5"
            }
        }
        world.checks = [news]
        world.decide()
        let metrics = try #require(world.check("step-1.errors")?.result?.metrics)
        #expect(metrics.allSatisfy { $0.message == "well" && $0.measurements.count == 10 })
        #expect(metrics[0].measurements.allSatisfy { $0.message == "it is 0.5" })
    }

    @Test(
        "A sentence is cut by its code points and by its bytes, and cutting it again changes nothing",
        arguments: [
            ("short", 10, "short"), ("exactly ten", 11, "exactly ten"), ("one too many", 11, "one too man…"),
            ("日本語日本語", 6, "日本語日…"), ("\u{1}\u{2}\u{3}", 4, "\u{1}…"), ("\"\"\"\"", 4, "\"\"\"\""),
        ])
    func sentences(text: String, limit: Int, cut: String) {
        #expect(text.bounded(to: limit) == cut)
        #expect(cut.bounded(to: limit) == cut)
    }
}
