import Analysis
import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Testing

@testable import Commands

@Suite("graft sli")
struct SLICommandTests {
    private func view(_ exposed: [ExposedMetric]) -> SLIView {
        let wanted = [
            WantedLevel(indicator: .availability, objective: 99.5, analysis: "checkout"),
            WantedLevel(indicator: .latency, objective: 99, within: 0.2),
        ]
        let levels = wanted.map { wanted in
            var wanted = wanted
            wanted.level = DerivedLevel.derive(wanted.indicator, from: exposed, within: wanted.within)
            return wanted
        }
        return SLIView(levels, from: "metrics.txt")
    }

    private static let http = ExposedMetric("http_requests_total", labels: ["code": ["200"]])
    private static let durations = ExposedMetric("a_duration_seconds_bucket", labels: ["le": ["0.1", "0.5"]])

    @Test("shows each level with its denominator, its condition and when it burns, and what nothing measures")
    func show() {
        #expect(
            view([Self.http]).text == """
                Availability, wanted 99.5% (analysis checkout): http_requests_total, by rule http-code
                  total    sum(rate(http_requests_total[5m]))
                  good     sum(rate(http_requests_total{code!~"5.."}[5m]))
                  errors   1 - sum(rate(http_requests_total{code!~"5.."}[5m])) / sum(rate(http_requests_total[5m]))
                  burns    above 14.4 over 1h and 5m
                  burns    above 6 over 6h and 30m

                Latency within 0.2 s, wanted 99.0%: nothing that metrics.txt exposes measures it; rules of your own (--rules) may
                """)
        let json = view([Self.http, Self.durations]).json
        #expect(json[0]?["rule"] == "http-code" && json[0]?["analysis"] == "checkout" && json[0]?["objective"] == 99.5)
        #expect(json[1]?["withinSeconds"] == 0.1 && json[1]?["burnRates"]?[0]?["long"] == "1h")
        #expect(view([]).json[1]?["metric"] == nil)
    }

    @Test("walks from a symptom to its sources, and back")
    func trace() throws {
        let view = view([Self.http, Self.durations])
        #expect(
            try view.trace("Latency").split(separator: "\n").last == "Made from: a_duration_seconds_bucket, a_duration_seconds_count")
        #expect(try view.trace("http_requests_total").split(separator: "\n").last == "Seen in: Availability burn rate")
        #expect(throws: CommandError.self) { try view.trace("dance") }
        #expect(view.trees.hasPrefix("Availability burn rate") && view.trees.contains("\n\nLatency burn rate"))
        #expect(view.lineage.dot.contains(#""http_requests_total" -> "Availability good""#))
    }

    @Test("takes rules as a list, or under rules")
    func rules() throws {
        let list = "- {name: jobs, indicator: Availability, metric: jobs_done, label: result, failures: error}\n"
        let expected = [SLIRule("jobs", .availability, metric: "jobs_done", label: "result", failures: "error")]
        #expect(try SLISource.rules(Array(list.utf8), "r.yaml") == expected)
        #expect(try SLISource.rules(Array("rules:\n\(list)".utf8), "r.yaml") == expected)
        #expect(try SLISource.rules([], "r.yaml") == [])
    }

    @Test(
        "and refuses what is no rule, naming it",
        arguments: [
            ("- {name: a}", "indicator"), ("x: 1", "wanted a list of rules"), ("- [", "r.yaml"),
            ("- {name: a, indicator: Availability, metric: x, label: l}", "rule 1, a: failures: wanted with Availability"),
            ("- {name: a, indicator: Latency, metric: x_bucket, label: le, fails: x}", "rule 1, a: fails: there is no such field"),
        ])
    func wrongRules(text: String, problem: String) throws {
        let error = try #require(throws: CommandError.self) { try SLISource.rules(Array(text.utf8), "r.yaml") }
        #expect("\(error)".contains(problem), "\(error)")
    }

    @Test(
        "its options are checked",
        arguments: [
            ["--from", "x", "--objective", "100"], ["--from", "x", "--within-milliseconds", "0"], [],
            ["http-filter", "--from", "x", "--prometheus", "http://p"], ["http-filter", "--prometheus-token", "x"],
        ])
    func options(arguments: [String]) {
        #expect(throws: (any Error).self) { try SLIShowCommand.parse(arguments) }
    }

    @Test("asks who was named, else whom each analysis names, else whom another one does; nobody is an error that says what to give")
    func addresses() throws {
        var errors = WantedLevel(indicator: .availability, objective: 99, analysis: "errors", prometheus: "http://a")
        let latency = WantedLevel(indicator: .latency, objective: 99, within: 0.25, analysis: "latency")
        #expect(try SLISource.addressed([errors, latency], nil, of: "f").map { $0.address } == ["http://a", "http://a"])
        #expect(try SLISource.addressed([errors, latency], "http://b", of: "f").map { $0.address } == ["http://b", "http://b"])
        errors.prometheus = nil
        let error = try #require(throws: CommandError.self) { try SLISource.addressed([errors, latency], nil, of: "http-filter") }
        #expect(
            error.description
                == "ModuleDeployment http-filter: nothing says where the hosts' metrics are: none of its analyses (errors, latency) says spec.prometheus, and "
                + "hosts don't tell; give --prometheus URL, or --from with what one host exposes")
        errors.analysis = nil
        let nobody = try #require(throws: CommandError.self) { try SLISource.addressed([errors], nil, of: "http-filter") }
        #expect(nobody.description.contains("it names no analysis with an sli"))
        #expect(throws: Never.self) { try SLIShowCommand.parse(["http-filter"]) }
        #expect(throws: (any Error).self) { try SLITraceCommand.parse(["http_requests_total"]) }
    }

    @Test("asks for the series that the level's rules cover, with its labels")
    func discovery() throws {
        let wanted = WantedLevel(indicator: .availability, objective: 99, matchLabels: ["job": "edge"])
        let jobs = SLIRule("jobs", .availability, metric: "jobs_done", label: "result", failures: "error")
        let discovery = try #require(try wanted.discovery([jobs]))
        #expect(discovery.contains("jobs_done|") && discovery.contains(#"job="edge""#), "\(discovery)")
        let level = wanted.derived(from: [Self.http], []).level
        #expect(level?.totalQuery() == #"sum(rate(http_requests_total{job="edge"}[5m]))"#)
    }
}
