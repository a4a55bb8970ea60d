import GraftAPI
import KubeCore
import Randomness
import Testing

@testable import Analysis

@Suite("Metrics that rules ask for")
struct ExposedMetricTests {
    private static let text = """
        # HELP edge_http_requests_total Requests.
        # TYPE edge_http_requests_total counter
        edge_http_requests_total{code="200",method="GET"} 12
        edge_http_requests_total{code="503",method="GET"} 1
        process_cpu_seconds_total 0.5
        \tedge_request_duration_seconds_bucket{le="0.1"} 3
        edge_request_duration_seconds_bucket{le="+Inf"} 4 1700000000000
        edge_request_duration_seconds_count 4
        jobs_done{result="ok"} 1

        """

    @Test("are read with the values of their labels, and no others")
    func read() throws {
        let exposed = try ExposedMetric.read(Array(Self.text.utf8), rules: [])
        #expect(
            exposed == [
                ExposedMetric("edge_http_requests_total", labels: ["code": ["200", "503"], "method": ["GET"]]),
                ExposedMetric("edge_request_duration_seconds_bucket", labels: ["le": ["0.1", "+Inf"]]),
            ])
        let rule = SLIRule("jobs", .availability, metric: "jobs_done", label: "result", failures: "error")
        #expect(try ExposedMetric.read(Array(Self.text.utf8), rules: [rule]).map(\.name).contains("jobs_done"))
    }

    @Test("A line that a rule asks for and that can't be read is an error; others don't matter")
    func wrong() {
        #expect(throws: ExpositionError.self) { try ExposedMetric.read(Array("http_requests_total{code=\"200} 1".utf8), rules: []) }
        #expect(throws: Never.self) { try ExposedMetric.read(Array("something{ 1\nelse{a=} x\n".utf8), rules: []) }
    }

    @Test("Whatever a host answers, it is read or refused")
    func fuzz() {
        var random = SeededRandom(seed: 7)
        let bytes = Array(Self.text.utf8)
        for _ in 0..<3000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: mutated.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: mutated[place] = UInt8.random(in: 0...255, using: &random)
                case 1: mutated.remove(at: place)
                default: mutated.insert(contentsOf: mutated[place..<min(place + 9, mutated.count)], at: place)
                }
            }
            let read = try? ExposedMetric.read(mutated, rules: [])
            #expect(read.map { $0.allSatisfy { !$0.name.isEmpty } } ?? true)
        }
    }

    @Test(
        "Rules that mean nothing are refused",
        arguments: [
            (SLIRule("a", .availability, metric: "x_*_total", label: "code", failures: "5.."), "metric: found \"x_*_total\""),
            (SLIRule("a", .availability, metric: "x", label: "code"), "failures: wanted with Availability"),
            (SLIRule("a", .latency, metric: "x_bucket", label: "le", failures: "5.."), "failures: wanted with Availability alone"),
            (SLIRule("a", .latency, metric: "x_seconds", label: "le"), "metric: found \"x_seconds\", wanted a histogram's"),
        ])
    func objections(rule: SLIRule, problem: String) throws {
        #expect(try #require(rule.objection).hasPrefix(problem))
        #expect(SLIRule.builtin.allSatisfy { $0.objection == nil })
    }
}

@Suite("What several service levels are made from")
struct LevelLineageTests {
    private func lineage() throws -> Lineage {
        let exposed = [
            ExposedMetric("http_requests_total", labels: ["code": ["200"]]),
            ExposedMetric("a_duration_seconds_bucket", labels: ["le": ["0.1", "0.5"]]),
        ]
        let levels = try [
            #require(DerivedLevel.derive(.availability, from: exposed)),
            #require(DerivedLevel.derive(.latency, from: exposed, within: 0.2)),
        ]
        return Lineage(of: levels.map { ($0, 99.9) })
    }

    @Test("is one graph, in which each level has names of its own")
    func one() throws {
        let lineage = try lineage()
        #expect(lineage.symptoms == ["Availability burn rate", "Latency burn rate"])
        #expect(lineage.sources(of: "Availability burn rate") == ["http_requests_total"])
        #expect(lineage.sources(of: "Latency burn rate") == ["a_duration_seconds_bucket", "a_duration_seconds_count"])
        #expect(
            lineage.descendants(of: "http_requests_total") == [
                "Availability good", "Availability total", "Availability", "Availability burn rate",
            ])
        #expect(lineage.descendants(of: "Latency burn rate") == [])
    }

    @Test("is drawn as a tree, from the symptom to what hosts expose")
    func tree() throws {
        #expect(
            try lineage().tree(of: "Availability burn rate") == [
                "Availability burn rate   errors, of those that the objective allows",
                "└─ Availability   good / total, wanted 99.9%",
                #"   ├─ Availability good   sum(rate(http_requests_total{code!~"5.."}[5m]))"#,
                "   │  └─ http_requests_total   exposed by hosts", "   └─ Availability total   sum(rate(http_requests_total[5m]))",
                "      └─ http_requests_total   exposed by hosts",
            ])
        #expect(try lineage().tree(of: "nothing") == [])
    }
}
