import JSON
import KubeCore
import Schema
import Testing

@testable import GraftAPI

@Suite("ModuleAnalysis")
struct ModuleAnalysisTests {
    private let analysis: JSON = [
        "apiVersion": "graft.dev/v1alpha1", "kind": "ModuleAnalysis", "metadata": ["name": "errors", "namespace": "payments"],
        "spec": [
            "args": [["name": "job"], ["name": "zone", "value": "a"]],
            "metrics": [
                [
                    "name": "errors", "interval": "30s", "compare": ["smallestRegression": "0.5%"],
                    "provider": ["hosts": ["ratio": ["failures": ["name": "errors_total"], "total": ["name": "requests_total"]]]],
                ],
                [
                    "name": "up", "count": 3, "interval": "1m", "thresholds": ["min": 1, "failBelow": 0.5],
                    "provider": ["prometheus": ["address": "http://prometheus:9090", "query": "up"]],
                ],
            ],
        ],
    ]

    @Test("is read with its defaults, and read back as it was written")
    func read() throws {
        let read = try ModuleAnalysis(from: analysis)
        let (compared, measured) = (read.spec.metrics[0], read.spec.metrics[1])
        #expect(compared.compare?.control == .matched)
        #expect(compared.compare?.falseRollbackRate == Weight(percent: 1))
        #expect(compared.compare?.smallestRegression == Weight(basisPoints: 50))
        #expect(compared.consecutiveErrorLimit == 4 && compared.failureLimit == 0 && !compared.dryRun)
        #expect(measured.thresholds == MetricThresholds(min: 1, failBelow: 0.5))
        #expect(measured.provider.prometheus?.timeout == Period(seconds: 30))
        #expect(try ModuleAnalysis(from: read.json).spec == read.spec)
        #expect(read.json["status"] == nil)
    }

    private static let refused: [(member: String, provider: JSON)] = [
        ("none", [:]), ("two", ["prometheus": ["address": "http://p", "query": "x"], "web": ["url": "http://w", "pointer": ""]]),
        ("another", ["datadog": ["query": "x"]]), ("a URL of another scheme", ["web": ["url": "ftp://w", "pointer": ""]]),
        ("hosts without a measure", ["hosts": [:]]),
    ]

    @Test("its schema wants exactly one provider", arguments: refused)
    func schema(member: String, provider: JSON) throws {
        var wrong = try #require(analysis["spec"])
        var metrics = try #require(wrong["metrics"]?.array)
        #expect(ModuleAnalysisSpec.schema.errors(in: wrong) == [])
        metrics[0]["provider"] = provider
        wrong["metrics"] = .array(metrics)
        let pruned = ModuleAnalysisSpec.schema.pruning(wrong).value
        #expect(ModuleAnalysisSpec.schema.errors(in: pruned) != [])
    }
}
