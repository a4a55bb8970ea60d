import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Rollout

@Suite("What a status remembers of checks")
struct CheckBoundsTests {
    /// As long as those may be who perform it.
    private func talkative(_ id: String, _ phase: AnalysisPhase, metrics: Int = 16) -> CheckStatus {
        let long = String(repeating: "é", count: 512)
        var check = CheckStatus(.analysis, id: id, step: 1, subject: id).reaching(phase)
        check.startTime = Instant(Timestamp(seconds: 1_767_225_600))
        check.message = long
        var result = AnalysisStatus()
        result.message = long
        result.metrics = (0..<metrics).map { number in
            var metric = MetricStatus(name: "metric-\(number)")
            metric.phase = phase
            metric.count = 100_000
            metric.message = long
            metric.measurements = (0..<10).map { index in
                var measurement = MeasurementStatus()
                measurement.time = Instant(Timestamp(seconds: Int64(index)))
                measurement.value = "0.12345678901234567"
                measurement.message = long
                return measurement
            }
            return metric
        }
        check.result = result
        return check
    }

    @Test("is little, whatever is said, and bounding it again changes nothing", arguments: [AnalysisPhase.running, .failed, .successful])
    func bounded(phase: AnalysisPhase) {
        let bounded = CheckBounds.bounded([talkative("errors", phase)])
        let size = JSON.array(bounded.map(\.json)).text().utf8.count
        #expect(size < 15_000 && size > 2000, "\(size) bytes")
        #expect(CheckBounds.bounded(bounded) == bounded)
        #expect(bounded.flatMap { CheckStatus.schema.errors(in: $0.json) } == [])
        #expect(CheckBounds.remains(CheckBounds.remains(bounded)) == CheckBounds.remains(bounded))
    }

    @Test("holds the last measurement of each metric that goes on: the next one is reckoned from it")
    func last() throws {
        let bounded = CheckBounds.bounded([talkative("errors", .running), talkative("latency", .running)])
        for metric in bounded.flatMap({ $0.result?.metrics ?? [] }) {
            #expect(metric.measurements.last?.time == Instant(Timestamp(seconds: 9)) && metric.count == 100_000)
        }
        #expect(CheckBounds.bounded([talkative("errors", .running, metrics: 2)])[0].result?.metrics[0].measurements.count == 10)
    }

    @Test("has room for what to do about it, where metrics are few", arguments: [AnalysisPhase.running, .failed])
    func few(phase: AnalysisPhase) {
        var check = talkative("errors", phase, metrics: 1)
        let remedy =
            "prometheus.monitoring:9090: the server's certificate is signed by an authority that is not among the system's authorities; name its own as ca in credentials"
        for index in 0..<10 { check.result?.metrics[0].measurements[index].message = remedy }
        let bounded = CheckBounds.bounded([check])
        #expect(bounded[0].result?.metrics[0].measurements.last?.message == remedy)
        #expect(CheckBounds.bounded(bounded) == bounded)
        #expect(bounded[0].writtenSize < 4000)
        // Of those before it less is enough.
        #expect(bounded[0].result?.metrics[0].measurements.dropLast().allSatisfy { ($0.message?.utf8.count ?? 0) <= 83 } == true)
    }

    @Test("Two metrics of one name, and more than there may be, are not kept: the API server would refuse all of it")
    func names() throws {
        var check = talkative("errors", .running, metrics: 40)
        check.result?.metrics[1].name = "metric-0"
        let metrics = try #require(CheckBounds.bounded([check])[0].result?.metrics)
        #expect(metrics.count == 16 && Set(metrics.map(\.name)).count == 16)
    }

    @Test("When it is over the last of each kind remains, and all that ended badly")
    func remains() {
        let checks = [
            talkative("a", .successful), talkative("b", .failed), talkative("c", .successful), talkative("d", .running),
            CheckStatus(.webhook, id: "e", step: 2, subject: "x").reaching(.successful),
        ]
        let remains = CheckBounds.remains(checks)
        #expect(remains.map(\.id) == ["b", "c", "e"])
        #expect(remains[1].result?.metrics.allSatisfy { $0.measurements.isEmpty } ?? false)
    }

    @Test("A rollout with sixteen metrics has a status under 20 kB, at each moment and for ever")
    func whole() {
        var world = World(hosts: 4, steps: [.setWeight(Weight(percent: 30)), .analysis(StepAnalysis([AnalysisReference("errors")]))])
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.checkBehaviour["errors"] = .isSilent
        world.run { $0.check("step-1.errors") != nil }
        for phase in [AnalysisPhase.running, .failed] {
            var news = talkative("errors", phase)
            news.id = "step-1.errors"
            news.startTime = world.check("step-1.errors")?.startTime
            world.checks = [news]
            world.decide()
            #expect(world.status.json.text().utf8.count < 20_000, "\(world.status.json.text().utf8.count)")
            #expect(ModuleDeploymentStatus.schema.errors(in: world.status.json) == [])
        }
        world.run { $0.rolledBack }
        #expect(world.status.json.text().utf8.count < 20_000)
    }
}
