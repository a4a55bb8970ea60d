import GraftAPI
import JSON
import Testing

@testable import Analysis

@Suite("A service level as a Prometheus is asked for it")
struct ServiceLevelPlanTests {
    private func plan(_ json: JSON, isBackground: Bool = false) throws -> ServiceLevelPlan {
        let spec = try ModuleAnalysisSpec(from: json)
        return try #require(ServiceLevelPlan(spec, AnalysisPlan(spec).serviceLevel, isBackground: isBackground))
    }

    private var prometheus: PrometheusProvider {
        var prometheus = PrometheusProvider()
        prometheus.address = "http://prometheus.example:9090"
        return prometheus
    }

    @Test("asks for the series that rules cover, and only for their labels")
    func discovery() throws {
        let plan = try plan([
            "sli": "Availability", "objective": 99.9, "matchLabels": ["job": #"edge"proxy"#],
            "rules": [["name": "mine", "indicator": "Availability", "metric": "calls:total", "label": "outcome", "failures": "bad"]],
        ])
        #expect(
            plan.discovery
                == #"group by (__name__,outcome,code,status,grpc_code) ({job="edge\"proxy","#
                + #"__name__=~"calls:total|.*http_requests_total|grpc_server_handled_total"})"#)
    }

    @Test("takes what the answer lists, and burns by two pairs of windows")
    func burning() throws {
        let plan = try plan(["sli": "Availability", "objective": 99.9, "matchLabels": ["job": "edge"]])
        let exposed = ServiceLevelPlan.exposed(in: [
            ["__name__": "edge_http_requests_total", "code": "200"], ["__name__": "edge_http_requests_total", "code": "503", "status": ""],
            ["code": "200"],
        ])
        #expect(exposed == [ExposedMetric("edge_http_requests_total", labels: ["code": ["200", "503"]])])
        let level = try #require(plan.derive(from: exposed))
        let metrics = plan.metrics(of: level, asking: prometheus)
        #expect(metrics.map(\.name) == ServiceLevelPlan.metricNames)
        #expect(metrics.map { $0.thresholds?.max } == [14.4, 6])
        let good = #"sum(rate(edge_http_requests_total{job="edge",code!~"5.."}"#
        func errors(_ window: String) -> String {
            #"(1 - \#(good)[\#(window)])) / sum(rate(edge_http_requests_total{job="edge"}[\#(window)])))"#
        }
        let allowed = "(1 - 99.9 / 100)"
        #expect(
            metrics[0].provider.prometheus?.query
                == "(\(errors("1h")) / \(allowed) < \(errors("5m")) / \(allowed)) or \(errors("5m")) / \(allowed)")
        #expect(metrics[1].provider.prometheus?.query.contains("[6h]") == true)
        for metric in metrics { try MetricCheck(metric: metric, field: "it").check() }
    }

    @Test(
        "ends in a step, and lasts as long as the rollout in the background",
        arguments: [(false, JSON.null, 5), (true, .null, nil), (false, 3, 3), (true, 3, 3)] as [(Bool, JSON, Int?)])
    func counts(isBackground: Bool, count: JSON, expected: Int?) throws {
        var json: JSON = ["sli": "Latency", "objective": 99, "withinMilliseconds": 250, "interval": "30s"]
        if count != .null { json["count"] = count }
        let plan = try plan(json, isBackground: isBackground)
        let level = try #require(
            plan.derive(from: [ExposedMetric("http_request_duration_seconds_bucket", labels: ["le": ["0.1", "0.25", "+Inf"]])]))
        for metric in plan.metrics(of: level, asking: prometheus) {
            #expect(metric.count == expected)
            #expect(metric.interval == Period(seconds: 30))
        }
    }

    @Test("of nothing that a rule covers, nothing follows")
    func nothing() throws {
        let plan = try plan(["sli": "Availability", "objective": 99])
        #expect(plan.derive(from: [ExposedMetric("up", labels: ["job": ["x"]])]) == nil)
        #expect(plan.derive(from: []) == nil)
    }
}
