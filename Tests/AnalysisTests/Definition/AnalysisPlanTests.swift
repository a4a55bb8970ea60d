import GraftAPI
import JSON
import Schema
import Testing

@testable import Analysis

@Suite("What a ModuleAnalysis says")
struct AnalysisPlanTests {
    private static let ratio: JSON = ["hosts": ["ratio": ["failures": ["name": "errors_total"], "total": ["name": "requests_total"]]]]
    private static let prometheus: JSON = ["prometheus": ["address": "http://prometheus:9090", "query": "up{job=\"{{args.job}}\"}"]]

    private static func spec(_ metric: JSON) -> JSON { ["args": [["name": "job", "value": "edge"]], "metrics": [metric]] }

    private func plan(_ json: JSON, arguments: [String: String] = [:]) throws -> AnalysisPlan {
        try AnalysisPlan(try ModuleAnalysisSpec(from: json), arguments: arguments)
    }

    @Test("arguments stand in queries; a step's values go before the analysis' own")
    func arguments() throws {
        let spec = Self.spec(["name": "up", "thresholds": ["min": 1], "provider": Self.prometheus])
        #expect(try plan(spec).metrics[0].provider.prometheus?.query == "up{job=\"edge\"}")
        #expect(try plan(spec, arguments: ["job": "{{args.job}}"]).metrics[0].provider.prometheus?.query == "up{job=\"{{args.job}}\"}")
        #expect(throws: AnalysisDefinitionError("spec.args", "the step gives a value for other, which is not declared here")) {
            try plan(spec, arguments: ["other": "1"])
        }
    }

    @Test("a text with an unknown or open argument is refused", arguments: ["{{args.other}}", "{{job}}", "{{args.job", "{{ }}"])
    func unknownArgument(text: String) throws {
        let values = try ArgumentValues(declared: [AnalysisArgument(name: "job", value: "x")])
        #expect(throws: AnalysisDefinitionError.self) { try values.substituted(in: text, field: "query") }
        #expect(try values.substituted(in: "a {{ args.job }}{{args.job}} b}}", field: "query") == "a xx b}}")
    }

    @Test("an argument without a value is refused")
    func noValue() {
        #expect(throws: AnalysisDefinitionError.self) { try ArgumentValues(declared: [AnalysisArgument(name: "job")]) }
    }

    @Test("a comparison has its rates as parts, by default 1% and 5%")
    func comparison() throws {
        let metric = try plan(Self.spec(["name": "errors", "compare": [:], "provider": Self.ratio])).metrics[0]
        #expect(metric.compare?.rule == ComparisonRule(falseRollbackRate: 0.01, smallestRegression: 0.05))
        #expect(metric.compare?.control == .matched)
    }

    @Test("a service level alone is an analysis")
    func serviceLevel() throws {
        let availability = try plan(["sli": "Availability", "objective": 99.9])
        #expect(availability.serviceLevel == AnalysisPlan.ServiceLevel(indicator: .availability, objective: 99.9))
        let latency = try plan(["sli": "Latency", "objective": 99, "withinMilliseconds": 250])
        #expect(latency.serviceLevel == AnalysisPlan.ServiceLevel(indicator: .latency, objective: 99, within: 0.25))
    }

    private static let refused: [(JSON, String)] = [
        ([:], "spec: wanted metrics, or an sli"),
        (["metrics": [["name": "a", "thresholds": ["max": 1], "provider": Self.ratio]], "count": 3], "spec.sli: wanted with prometheus"),
        (["sli": "Availability", "objective": 99, "matchLabels": ["a b": "c"]], "spec.matchLabels: found \"a b\""),
        (
            [
                "sli": "Latency", "objective": 99, "withinMilliseconds": 9,
                "rules": [["name": "r", "indicator": "Latency", "metric": "x", "label": "le"]],
            ],
            "spec.rules[r].metric: found x, wanted the _bucket"
        ),
        (
            ["sli": "Availability", "objective": 99, "rules": [["name": "r", "indicator": "Availability", "metric": "x", "label": "l"]]],
            "spec.rules[r].failures: wanted with indicator Availability"
        ),
        (["sli": "Availability"], "spec.objective: wanted a percentage"),
        (["sli": "Availability", "objective": 99, "interval": "0s"], "spec.interval: found 0s, wanted 1s or more"),
        (
            spec(["name": "a", "interval": "0s", "thresholds": ["min": 1], "provider": prometheus]),
            "spec.metrics[a].interval: found 0s, wanted 1s or more"
        ),
        (
            spec([
                "name": "a", "thresholds": ["min": 1], "provider": ["prometheus": ["address": "http://p", "query": "up", "timeout": "1h"]],
            ]), "spec.metrics[a].provider.prometheus.timeout: found 1h, wanted 1s to 2m"
        ),
        (
            spec([
                "name": "a", "thresholds": ["min": 1],
                "provider": [
                    "prometheus": ["address": "http://p", "query": "up", "range": ["duration": "1h", "step": "1s", "reduce": "Max"]]
                ],
            ]), "spec.metrics[a].provider.prometheus.range.step: found 1s in 1h, wanted at most 1000"
        ),
        (["sli": "Availability", "objective": 100], "spec.objective: wanted a percentage"),
        (["sli": "Latency", "objective": 99], "spec.withinMilliseconds: wanted with sli Latency"),
        (["sli": "Availability", "objective": 99, "withinMilliseconds": 9], "spec.withinMilliseconds: wanted with sli Latency"),
        (
            spec(["name": "a", "thresholds": ["min": 1], "provider": [:]]),
            "spec.metrics[a].provider: wanted exactly one of prometheus, web and hosts"
        ),
        (
            spec(["name": "a", "thresholds": ["min": 1], "provider": ["datadog": ["query": "x"]]]),
            "spec.metrics[a].provider: wanted exactly one of prometheus, web and hosts"
        ),
        (
            spec([
                "name": "a", "thresholds": ["min": 1],
                "provider": ["prometheus": ["address": "http://p", "query": "x"], "web": ["url": "http://w", "pointer": "/a"]],
            ]), "spec.metrics[a].provider: wanted exactly one of prometheus, web and hosts"
        ),
        (spec(["name": "a", "thresholds": ["min": 1], "provider": ["hosts": [:]]]), "spec.metrics[a].provider.hosts: wanted exactly one"),
        (spec(["name": "a", "provider": prometheus]), "spec.metrics[a]: wanted exactly one of thresholds and compare"),
        (
            spec(["name": "a", "successCondition": "result > 1", "provider": prometheus]),
            "spec.metrics[a]: wanted exactly one of thresholds and compare"
        ),
        (
            spec(["name": "a", "thresholds": ["min": 1], "compare": [:], "provider": ratio]),
            "spec.metrics[a]: wanted exactly one of thresholds and compare"
        ),
        (spec(["name": "a", "compare": [:], "provider": prometheus]), "spec.metrics[a].compare: wanted with provider hosts"),
        (
            spec(["name": "a", "compare": [:], "provider": ["hosts": ["increase": ["name": "x"]]]]),
            "spec.metrics[a].compare: wanted with provider hosts"
        ),
        (
            spec(["name": "a", "compare": ["falseRollbackRate": 0], "provider": ratio]),
            "spec.metrics[a].compare.falseRollbackRate: found 0%"
        ),
        (spec(["name": "a", "thresholds": [:], "provider": prometheus]), "spec.metrics[a].thresholds: wanted min, max or both"),
        (spec(["name": "a", "thresholds": ["min": 2, "max": 1], "provider": prometheus]), "spec.metrics[a].thresholds.min: found 2.0"),
        (
            spec(["name": "a", "thresholds": ["max": 1, "failBelow": 0], "provider": prometheus]),
            "spec.metrics[a].thresholds.failBelow: found 0.0"
        ),
        (
            spec(["name": "a", "failureLimit": -1, "thresholds": ["min": 1], "provider": prometheus]),
            "spec.metrics[a].failureLimit: -1 wants a consecutiveSuccessLimit"
        ),
        (spec(["name": "a", "count": 2, "thresholds": ["min": 1], "provider": prometheus]), "spec.metrics[a].interval: wanted when count"),
        (
            spec(["name": "a", "count": 3, "interval": "1m", "failureLimit": 4, "thresholds": ["min": 1], "provider": prometheus]),
            "spec.metrics[a].count: found 3, wanted at least failureLimit"
        ),
        (
            ["metrics": [["name": "a", "compare": [:], "provider": ratio], ["name": "a", "compare": [:], "provider": ratio]]],
            "spec.metrics[a]: there are two"
        ),
    ]

    @Test("what can't be meant is refused, with the field", arguments: refused)
    func refuses(json: JSON, message: String) throws {
        let spec = try ModuleAnalysisSpec(from: json)
        let error = try #require(throws: AnalysisDefinitionError.self) { try AnalysisPlan(spec) }
        #expect(error.description.hasPrefix(message), "\(error)")
    }

    private static let unreadable: [(JSON, String)] = [
        (["sli": "Durability", "objective": 99], "sli: wanted one of Availability, Latency, found Durability"),
        (
            spec(["name": "a", "compare": ["control": "All"], "provider": ratio]),
            "metrics[0].compare.control: wanted one of Matched, found All"
        ),
        (spec(["name": "a", "onNaN": "Ignore", "thresholds": ["min": 1], "provider": ratio]), "metrics[0].onNaN: wanted one of Wait,"),
        (
            spec(["name": "a", "interval": "5 minutes", "thresholds": ["min": 1], "provider": ratio]),
            "metrics[0].interval: wanted a length of time"
        ),
        (spec(["name": "a", "thresholds": ["min": 1]]), "metrics[0].provider: wanted a value, found nothing"),
    ]

    @Test("unknown names are refused", arguments: unreadable)
    func unknown(json: JSON, message: String) throws {
        let error = try #require(throws: JSONDecodingError.self) { try ModuleAnalysisSpec(from: json) }
        #expect(error.description.hasPrefix(message), "\(error)")
    }
}
