import JSON
import KubeCore
import Schema
import Testing

@testable import GraftAPI

@Suite("What rollouts wait for outside the engine")
struct CheckFieldTests {
    private let strategy: JSON = [
        "analysis": ["startingStep": 2, "analyses": [["name": "latency"]]],
        "steps": [
            ["setWeight": 10],
            [
                "analysis": [
                    "analyses": [["name": "errors", "args": [["name": "job", "value": "edge"]]], ["name": "latency"]],
                    "deadlineSeconds": 600, "onDeadline": "Pause",
                ]
            ],
            ["webhook": ["url": "https://change.example:8443/go?x=1", "credentials": "change"]],
            [
                "soak": [
                    "durationSeconds": 600, "samples": ["count": 10_000, "of": ["name": "requests_total", "labels": ["code": "200"]]],
                ]
            ],
        ],
    ]

    @Test("are read with their defaults, and read back as they were written")
    func read() throws {
        let read = try Strategy(from: strategy)
        #expect(read.analysis == BackgroundAnalysis([AnalysisReference("latency")], startingStep: 2))
        let analysis = try #require(read.steps[1].analysis)
        #expect(analysis.analyses.map(\.name) == ["errors", "latency"] && analysis.analyses[0].arguments == ["job": "edge"])
        #expect(analysis.deadlineSeconds == 600 && analysis.onDeadline == .pause)
        let webhook = try #require(read.steps[2].webhook)
        #expect(webhook.host == "change.example:8443" && webhook.credentials == "change")
        #expect(webhook.timeoutSeconds == 10 && webhook.retries == 3 && webhook.deadlineSeconds == nil)
        let soak = try #require(read.steps[3].soak)
        #expect(soak.samples == SampleGoal(10_000, of: HostSeries("requests_total", labels: ["code": "200"])))
        #expect(soak.sampleDeadlineSeconds == 87_000)
        #expect(Soak(durationSeconds: 600).sampleDeadlineSeconds == nil)
        #expect(try Strategy(from: read.json) == read)
        #expect(Strategy.schema.errors(in: read.json) == [])
    }

    private static let refused: [(why: String, step: JSON)] = [
        ("no analysis", ["analysis": ["analyses": []]]), ("an analysis without a name", ["analysis": ["analyses": [["args": []]]]]),
        ("the same analysis twice", ["analysis": ["analyses": [["name": "a"], ["name": "a"]]]]),
        ("more analyses than a status has room for", ["analysis": ["analyses": .array((0..<5).map { ["name": .string("a\($0)")] })]]),
        ("no list", ["analysis": ["deadlineSeconds": 5]]), ("a name that no object has", ["analysis": ["analyses": [["name": "A b"]]]]),
        ("no URL", ["webhook": ["retries": 3]]), ("another scheme", ["webhook": ["url": "ftp://x/"]]),
        ("a password in a URL", ["webhook": ["url": "https://ann:secret@x/"]]),
        ("a URL without a host", ["webhook": ["url": "https:///x"]]),
        ("no duration", ["soak": ["samples": ["count": 1, "of": ["name": "x"]]]]),
        ("samples of nothing", ["soak": ["durationSeconds": 1, "samples": ["count": 1]]]),
        ("no samples wanted", ["soak": ["durationSeconds": 1, "samples": ["count": 0, "of": ["name": "x"]]]]),
        ("two things at once", ["webhook": ["url": "https://x/"], "pause": [:]]), ("a step of tomorrow", ["dance": [:]]),
    ]

    @Test("Anything else is refused by the schema", arguments: refused)
    func schema(why: String, step: JSON) {
        #expect(Step.schema.errors(in: Step.schema.pruning(step).value) != [], "\(why)")
    }

    @Test("A check is led back to what the spec says of it, as long as the spec says so")
    func references() throws {
        var read = try Strategy(from: strategy)
        func check(_ kind: CheckStatus.Kind, _ step: Int?, _ subject: String) -> CheckStatus {
            var check = CheckStatus()
            check.kind = kind
            check.step = step
            check.subject = subject
            return check
        }
        #expect(read.analysis(of: check(.analysis, 1, "errors"))?.arguments == ["job": "edge"])
        #expect(read.analysis(of: check(.analysis, nil, "latency")) == AnalysisReference("latency"))
        #expect(read.analysis(of: check(.analysis, nil, "errors")) == nil && read.analysis(of: check(.webhook, 1, "errors")) == nil)
        #expect(read.webhook(of: check(.webhook, 2, "change.example:8443"))?.retries == 3)
        #expect(read.webhook(of: check(.webhook, 2, "evil.example")) == nil && read.webhook(of: check(.webhook, 1, "x")) == nil)
        #expect(read.samples(of: check(.samples, 3, "requests_total"))?.count == 10_000)
        #expect(read.samples(of: check(.samples, 9, "requests_total")) == nil)
        read.steps = []
        #expect(read.analysis(of: check(.analysis, 1, "errors")) == nil)
    }

    @Test(
        "The host of a webhook is what it is shown by",
        arguments: [
            ("https://a.example", "a.example"), ("http://a:80?x", "a:80"), ("https://a#f", "a"), ("http://[::1]:8/x", "[::1]:8"),
        ])
    func host(url: String, host: String) {
        #expect(StepWebhook(url).host == host)
    }
}
