import Controllers
import GraftAPI
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import Schema
import Synchronization
import Testing

/// What a provider says at the moment.
private final class Dial: Sendable {
    private let text: Mutex<String?>

    init(_ text: String?) { self.text = Mutex(text) }

    func set(_ new: String?) { text.withLock { $0 = new } }

    /// Never answers while there is nothing.
    @Sendable func answer(_ request: WebServer.Request) async throws -> WebServer.Answer {
        while true {
            if let text = text.withLock({ $0 }) { return .init(200, text, fields: [.retryAfter: "1"]) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Rollouts that are held against what providers say, from the manifest to the hosts.
@Suite("A rollout with checks")
struct AnalysisScenarioTests {
    /// A fleet on 1.0.0, a controller that may call loopback, and a provider.
    private func withProvider(_ dial: Dial, _ body: (Scenario, WebServer) async throws -> Void) async throws {
        try await withScenario(hosts: 4, running: false) { scenario in
            try await withWebServer(dial.answer) { server in
                try await withController(scenario) {
                    try await scenario.apply("1.0.0")
                    try await scenario.becomesHealthy(on: "1.0.0")
                    try await body(scenario, server)
                }
            }
        }
    }

    private func withController(_ scenario: Scenario, _ body: () async throws -> Void) async throws {
        let controller = try scenario.controller(
            checks: CheckConfiguration(rules: CheckRules(hosts: [], networks: ["127.0.0.0/8"]), transport: socketTransport),
            statusInterval: .milliseconds(20))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func define(_ scenario: Scenario, _ url: String, change: (inout AnalysisMetric) -> Void = { _ in }) async throws {
        var spec = ModuleAnalysisSpec()
        var metric = AnalysisMetric()
        metric.name = "success-rate"
        metric.consecutiveErrorLimit = 0
        var thresholds = MetricThresholds()
        thresholds.min = 0.99
        metric.thresholds = thresholds
        var web = WebProvider()
        web.url = url + "/{{args.path}}"
        web.pointer = "/rate"
        web.timeout = Period(seconds: 60)
        metric.provider.web = web
        change(&metric)
        spec.args = [AnalysisArgument(name: "path", value: "nowhere")]
        spec.metrics = [metric]
        _ = try await Api<ModuleAnalysis>(scenario.cluster.client, namespace: Scenario.namespace).apply(
            "health", ["spec": spec.json] as JSON, manager: "test")
    }

    private let measured: [Step] = [
        .setWeight(Weight(percent: 50)), .analysis(StepAnalysis([AnalysisReference("health", args: [GivenArgument("path", "rates")])])),
    ]

    @Test("goes on when it measures well, and asks what the step says")
    func good() async throws {
        try await withProvider(Dial(#"{"rate": 0.999}"#)) { scenario, server in
            try await define(scenario, server.address) {
                $0.interval = Period(seconds: 1)
                $0.count = 2
            }
            try await scenario.apply("1.1.0", steps: measured)
            let deployment = try await scenario.becomesHealthy(on: "1.1.0")
            #expect(server.seen.map(\.path) == ["/rates", "/rates"])
            #expect(deployment.status.rollout?.checks.map(\.phase) == [.successful])
        }
    }

    @Test("goes back and quarantines when it measures badly, with the numbers")
    func bad() async throws {
        try await withProvider(Dial(#"{"rate": 0.5}"#)) { scenario, server in
            try await define(scenario, server.address)
            try await scenario.apply("1.1.0", steps: measured)
            let deployment = try await scenario.becomes("back on 1.0.0") { $0.status.phase == .degraded }
            try await eventually("hosts are back") { scenario.fleet.versions.allSatisfy { $0 == "1.0.0" } }
            #expect(deployment.status.rollout?.cause == .analysisFailed)
            #expect(
                deployment.status.rollout?.reason?.contains("metric success-rate: 1 failed, of which 0 are tolerated: 0.5 is below 0.99")
                    == true)
            let quarantine = try #require(try await scenario.quarantines.list().items.first)
            #expect(quarantine.spec.reason.contains("0.5 is below 0.99"))
        }
    }

    @Test("goes back without blaming the version when the provider is dead")
    func dead() async throws {
        try await withProvider(Dial(nil)) { scenario, _ in
            // A port that somebody had a moment ago.
            let address = try await withWebServer({ _ in .init() }) { $0.address }
            try await define(scenario, address)
            try await scenario.apply("1.1.0", steps: measured)
            let deployment = try await scenario.becomes("back on 1.0.0") {
                $0.status.rollout?.cause == .checkError && $0.status.rollout?.state == .complete
            }
            #expect(deployment.status.rollout?.reason?.contains("connection refused") == true)
            #expect(try await scenario.quarantines.list().items.isEmpty)
        }
    }

    @Test("is aborted while the provider hangs")
    func abort() async throws {
        try await withProvider(Dial(nil)) { scenario, server in
            try await define(scenario, server.address)
            try await scenario.apply("1.1.0", steps: measured)
            try await eventually("the provider is asked") { server.seen.count == 1 }
            let measuring = try await scenario.becomes("it waits for the provider") { $0.status.rollout?.checks.isEmpty == false }
            let rollout = try #require(measuring.status.rollout)
            try await scenario.deployments.mergePatch(
                Scenario.name, ["metadata": ["annotations": [GraftAPI.abortAnnotation: .string(rollout.id)]]] as JSON)
            _ = try await scenario.becomes("back on 1.0.0") {
                $0.status.rollout?.cause == .aborted && $0.status.rollout?.state == .complete
            }
            try await eventually("hosts are back") { scenario.fleet.versions.allSatisfy { $0 == "1.0.0" } }
        }
    }

    @Test("says what is missing, and goes on when it is there")
    func missing() async throws {
        try await withProvider(Dial(#"{"rate": 1}"#)) { scenario, server in
            try await scenario.apply("1.1.0", steps: measured)
            _ = try await scenario.becomes("it says that there is no analysis") {
                $0.status.message.contains("ModuleAnalysis payments/health: there is none; create it")
            }
            try await define(scenario, server.address) { $0.thresholds?.max = 0.1 }
            _ = try await scenario.becomes("it says what is wrong") {
                $0.status.message.contains(
                    "spec.metrics[success-rate].thresholds.min: found 0.99, wanted no more than max, 0.1; correct it")
            }
            try await define(scenario, server.address)
            try await scenario.becomesHealthy(on: "1.1.0")
        }
    }

    @Test("goes on with another controller where the first one was")
    func restart() async throws {
        let dial = Dial(nil)
        try await withScenario(hosts: 4, running: false) { scenario in
            try await withWebServer(dial.answer) { server in
                try await define(scenario, server.address) {
                    $0.interval = Period(seconds: 1)
                    $0.count = 3
                }
                // Given a controller that ends while it waits for its first answer, and another that ends after one
                try await withController(scenario) {
                    try await scenario.apply("1.0.0")
                    try await scenario.becomesHealthy(on: "1.0.0")
                    try await scenario.apply("1.1.0", steps: measured)
                    try await eventually("the provider is asked") { server.seen.count == 1 }
                }
                dial.set(#"{"rate": 1}"#)
                var counted = 0
                try await withController(scenario) {
                    let deployment = try await scenario.becomes("something is measured") {
                        ($0.status.rollout?.checks.first?.result?.metrics.first?.count ?? 0) > 0
                    }
                    counted = deployment.status.rollout?.checks.first?.result?.metrics.first?.count ?? 0
                }
                // Then a third one ends it with as many measurements as are wanted, those before included
                #expect(counted > 0)
                try await withController(scenario) {
                    let deployment = try await scenario.becomesHealthy(on: "1.1.0")
                    #expect(deployment.status.rollout?.checks.first?.result?.metrics.first?.count == 3)
                }
            }
        }
    }

    @Test("waits for a webhook's verdict, and goes by it", arguments: ["Go", "NoGo"])
    func webhook(verdict: String) async throws {
        let dial = Dial(#"{"verdict": "Wait", "message": "the change board meets"}"#)
        try await withProvider(dial) { scenario, server in
            let steps: [Step] = [.setWeight(Weight(percent: 50)), .webhook(StepWebhook(server.address + "/gate"))]
            try await scenario.apply("1.1.0", steps: steps)
            _ = try await scenario.becomes("it waits for the verdict") {
                $0.status.phase == .paused && $0.status.message.contains("it says Wait: the change board meets")
            }
            dial.set(#"{"verdict": "\#(verdict)", "message": "change 4711"}"#)
            if verdict == "Go" {
                try await scenario.becomesHealthy(on: "1.1.0")
            } else {
                let deployment = try await scenario.becomes("refused") {
                    $0.status.rollout?.cause == .refused && $0.status.rollout?.state == .complete
                }
                #expect(deployment.status.rollout?.reason?.contains("says NoGo: change 4711") == true)
                #expect(try await scenario.quarantines.list().items.isEmpty)
            }
            let bodies = try server.seen.map { try JSON.parse($0.body) }
            #expect(bodies.count > 1 && Set(bodies.map { $0["id"] }).count == 1)
            #expect(bodies[0]["step"]?.integer == 2 && bodies[0]["weight"]?.string == "50%")
            #expect(bodies[0]["canary"]?["version"]?.string == "1.1.0" && bodies[0]["stable"]?["version"]?.string == "1.0.0")
        }
    }
}
