import GraftAPI
import JSON
import Schema
import Testing

@testable import Analysis

@Suite("Service levels from what hosts expose")
struct DerivedLevelTests {
    private static let http = ExposedMetric("edge_http_requests_total", labels: ["code": ["200", "503"], "method": ["GET"]])
    private static let grpc = ExposedMetric("grpc_server_handled_total", labels: ["grpc_code": ["OK"]])
    private static let durations = ExposedMetric("edge_request_duration_seconds_bucket", labels: ["le": ["0.1", "0.25", "0.5", "+Inf"]])

    @Test("availability of HTTP counts answers of 5xx as failures")
    func availability() throws {
        let level = try #require(DerivedLevel.derive(.availability, from: [Self.durations, Self.http]))
        #expect(level.goodQuery() == #"sum(rate(edge_http_requests_total{code!~"5.."}[5m]))"#)
        #expect(
            level.errorQuery(window: Period(seconds: 3600))
                == #"1 - sum(rate(edge_http_requests_total{code!~"5.."}[1h])) / sum(rate(edge_http_requests_total[1h]))"#)
    }

    @Test("availability of gRPC counts codes that are the server's fault")
    func grpc() throws {
        let level = try #require(DerivedLevel.derive(.availability, from: [Self.grpc]))
        #expect(level.rule == "grpc")
        #expect(level.goodQuery().contains(#"grpc_code!~"Unknown|DeadlineExceeded|"#))
    }

    @Test("latency takes the greatest bucket that is no longer", arguments: [(0.25, "0.25"), (0.3, "0.25"), (9, "0.5"), (0.1, "0.1")])
    func latency(within: Double, bound: String) throws {
        let level = try #require(DerivedLevel.derive(.latency, from: [Self.durations], within: within))
        #expect(level.goodQuery() == "sum(rate(edge_request_duration_seconds_bucket{le=\"\(bound)\"}[5m]))")
        #expect(level.totalQuery() == "sum(rate(edge_request_duration_seconds_count[5m]))")
        #expect(level.within == Double(bound))
    }

    @Test("what can't be told is not told")
    func nothing() {
        #expect(DerivedLevel.derive(.latency, from: [Self.durations], within: 0.05) == nil)
        #expect(DerivedLevel.derive(.latency, from: [Self.durations]) == nil)
        #expect(DerivedLevel.derive(.latency, from: [Self.http], within: 1) == nil)
        #expect(DerivedLevel.derive(.availability, from: [ExposedMetric("http_requests_total", labels: ["method": ["GET"]])]) == nil)
    }

    @Test("a user's rule goes before the builtin ones, and its texts are quoted")
    func userRule() throws {
        let rule = try SLIRule(from: [
            "name": "mine", "indicator": "Availability", "metric": "edge_http_requests_total", "label": "code", "failures": #"\d"x"#,
        ])
        let level = try #require(DerivedLevel.derive(.availability, from: [Self.http], rules: [rule]))
        #expect(level.rule == "mine")
        #expect(level.goodQuery() == #"sum(rate(edge_http_requests_total{code!~"\\d\"x"}[5m]))"#)
    }

    @Test("a symptom is walked back to what hosts expose")
    func lineage() throws {
        let lineage = try #require(DerivedLevel.derive(.latency, from: [Self.durations], within: 1)).lineage(objective: 99.9)
        #expect(lineage.ancestors(of: "burn rate").prefix(3) == ["Latency", "good", "total"])
        #expect(lineage.sources(of: "burn rate") == ["edge_request_duration_seconds_bucket", "edge_request_duration_seconds_count"])
        #expect(lineage.dot.contains(#""good" -> "Latency""#))
    }

    @Test("a lineage has no circles and nothing from nowhere")
    func circles() {
        var lineage = Lineage()
        let nodes: [(Lineage.Node, Bool)] = [
            (.init("a", text: ""), true), (.init("b", from: ["a"], text: ""), true), (.init("c", from: ["b", "a"], text: ""), true),
            (.init("a", from: ["c"], text: ""), false), (.init("a", from: ["a"], text: ""), false),
            (.init("d", from: ["unknown"], text: ""), false),
        ]
        for (node, isTaken) in nodes {
            let added = lineage.add(node)
            #expect(added == isTaken, "\(node)")
        }
        #expect(lineage.ids == ["a", "b", "c"])
        #expect(lineage.ancestors(of: "c") == ["b", "a"])
    }
}

@Suite("Burn rates")
struct BurnRateTests {
    @Test("one uses up just what the objective allows", arguments: [(99.0, 0.01, 1.0), (99.9, 0.0144, 14.4), (99.9, 0, 0), (50, 1, 2)])
    func rate(objective: Double, errors: Double, rate: Double) {
        #expect(abs(BurnRate(objective: objective).rate(errors: errors) - rate) < 1e-9)
    }

    @Test("both windows must exceed the limit; without requests there is no data")
    func pairs() {
        let burn = BurnRate(objective: 99)
        var metric = MetricGateTests.metric { $0.thresholds = MetricThresholds(max: BurnRate.fast.limit) }
        metric.interval = nil
        func phase(_ long: Double, _ short: Double) -> MeasurementStatus.Phase {
            Judgement(burn.reading(longErrors: long, shortErrors: short), by: metric).phase
        }
        #expect(phase(0.2, 0.2) == .failed)
        #expect(phase(0.2, 0) == .successful)
        #expect(phase(0, 0.2) == .successful)
        #expect(phase(.nan, 0.2) == .noData)
    }
}
