import Analysis
import CoreMetrics
import GraftAPI
import HTTPTransport
import HTTPTypes
import Harness
import Synchronization
import Telemetry
import Testing

@testable import Agent

@Suite("An agent that tells what its host exposes")
struct StreamReporterTests {
    private static let total = SeriesDemand(.counter, HostSeries("requests_total"))
    private static let errors = SeriesDemand(.counter, HostSeries("requests_total", labels: ["code": "500"]))

    private struct World {
        let bench: AgentBench
        let host = CountingHost()
        let controller = FakeController()
        let driver = MemoryDriver()

        func agent() throws -> AgentServices {
            var configuration = bench.configuration()
            configuration.metrics = MetricsSettings(url: HostURL("http://127.0.0.1:9100/metrics")!, interval: .milliseconds(50))
            let transport = StreamTransport(host: host, controller: controller)
            let uplink = StreamUplink(transport: transport, url: HostURL("https://controller:9443")!) { "the-token" }
            let driver = driver
            return try AgentServices(
                client: bench.cluster.client, artifacts: bench.shelf, configuration: configuration, transport: transport,
                driver: { _ in driver }, uplink: uplink, logger: .silent)
        }

        /// Waits until the agent has looked once more, from the beginning of the look.
        func looks() async throws {
            let now = host.looks
            try await eventually("two more looks") { host.looks >= now + 2 }
        }
    }

    @Test func `a fleet at rest asks nothing and looks at nothing; a rollout that nobody measures only asks`() async throws {
        try await AgentBench.run { bench in
            let world = World(bench: bench)
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            try await bench.plan(stable: first)
            try await bench.withAgent(world.agent()) {
                try await bench.waitsUntilActive("1.0.0")
                #expect(world.controller.batches.isEmpty)
                try await bench.plan(stable: first, canary: second, rollout: "r2", cutoffs: [Cutoff(below: Rank(value: 0))])
                try await eventually("it asks") { world.controller.batches.count >= 2 }
                #expect(world.controller.state.withLock { $0.authorizations } == ["Bearer the-token"])
                #expect(world.controller.batches.allSatisfy { $0.records.isEmpty && $0.host == "edge-proxy.node-1" })
                #expect(world.host.looks == 0)
                world.controller.want([Self.total])
                try await world.looks()
                // The rollout is over: silence.
                try await bench.plan(stable: first, rollout: "r3")
                try await eventually("it asks no more") {
                    let asked = world.controller.batches.count
                    try await world.bench.settles()
                    return world.controller.batches.count == asked
                }
            }
        }
    }

    @Test func `what each revision served is told apart at the switch, and nothing of one counts for the other`() async throws {
        try await AgentBench.run { bench in
            let world = World(bench: bench)
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            try await bench.plan(stable: first, canary: second, cutoffs: [Cutoff(below: Rank(value: 0))])
            world.controller.want([Self.total, Self.errors])
            try await bench.withAgent(world.agent()) {
                try await bench.waitsUntilActive("1.0.0")
                try await world.looks()
                world.host.serve(100)
                try await world.looks()
                world.host.restart()
                world.host.serve(7, failing: 2)
                try await eventually("it has told of the old one") { world.controller.sum(of: Self.total)[first.revision] == 107 }
                try await bench.plan(stable: first, canary: second)
                try await bench.waitsUntilActive("1.1.0")
                try await eventually("it has looked since") { world.controller.records.contains { $0.revision == second.revision } }
                world.host.serve(50, failing: 5)
                try await eventually("it has told of the new one") { world.controller.sum(of: Self.total)[second.revision] == 50 }
                #expect(world.controller.sum(of: Self.total) == [first.revision: 107, second.revision: 50])
                #expect(world.controller.sum(of: Self.errors) == [first.revision: 2, second.revision: 5])
                #expect(world.controller.records.allSatisfy { $0.digest == ($0.revision == first.revision ? first.digest : second.digest) })
            }
        }
    }

    @Test func `while nobody takes it, it waits, and is sent once`() async throws {
        try await AgentBench.run { bench in
            let world = World(bench: bench)
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            try await bench.plan(stable: first, canary: second, cutoffs: [Cutoff(below: Rank(value: 0))])
            world.controller.want([Self.total])
            try await bench.withAgent(world.agent()) {
                try await bench.waitsUntilActive("1.0.0")
                try await world.looks()
                world.controller.answer(503)
                world.host.serve(20)
                try await world.looks()
                world.host.counts.withLock { $0.isDown = true }
                try await world.looks()
                world.host.counts.withLock { $0.isDown = false }
                world.host.serve(3)
                try await world.looks()
                world.controller.answer(200)
                try await eventually("all of it has come") { world.controller.sum(of: Self.total)[first.revision] == 23 }
                try await world.looks()
                #expect(world.controller.sum(of: Self.total)[first.revision] == 23)
                #expect(world.controller.state.withLock { $0.feed?.lost } == 0)
            }
        }
    }

    @Test func `probes that it makes by itself count, with no metrics of the host at all`() async throws {
        try await AgentBench.run { bench in
            let world = World(bench: bench)
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            try await bench.plan(stable: first, canary: second, cutoffs: [Cutoff(below: Rank(value: 0))])
            let (probes, failures) = (
                SeriesDemand(.counter, HostSeries("graft_probes_total")), SeriesDemand(.counter, HostSeries("graft_probe_failures_total"))
            )
            let duration = SeriesDemand(.histogram, HostSeries("graft_probe_duration_seconds", labels: ["slot": "net/filter"]))
            world.controller.want([probes, failures, duration])
            try await bench.withAgent(world.agent()) {
                try await eventually("three probes are told") { (world.controller.sum(of: probes)[first.revision] ?? 0) >= 3 }
                #expect(world.controller.sum(of: failures)[first.revision] == 0)
                let last = try #require(world.controller.records.last?.growth[duration])
                guard case .histogram(let buckets) = last else {
                    Issue.record("wanted a histogram")
                    return
                }
                #expect(buckets.total == 1)
                #expect(world.host.looks == 0, "nothing of the host is wanted")
            }
        }
    }

    @Test func `metrics of a real host are read over HTTP, and a page that is none is refused`() async throws {
        try await withProbe(TestCertificate()) { probe in
            let client = HTTPClient(.init(insecureSkipVerify: true))
            let scraper = HostScraper(settings: MetricsSettings(url: HostURL(probe.address + "/metrics")!), transport: client)
            await #expect(throws: ScrapeFailure.self) { try await scraper.look(for: ["requests_total"]) }
            #expect(probe.fields(of: "/metrics").first?[.accept]?.hasPrefix("text/plain;version=0.0.4") == true)
            await client.shutdown()
        }
    }

    @Test func `its metrics tell what became of what it sent, and of its looks`() async throws {
        let registry = MetricsRegistry()
        func value(_ name: String, _ labels: String = "") -> Double? {
            let family = registry.snapshot().families.first { $0.name == name }
            let point = family?.points.first { $0.labels.text == #"host="edge-proxy.node-1""# + labels }
            return switch point?.value {
            case .double(let value): value
            case .integer(let value): Double(value)
            default: nil
            }
        }
        try await withMetricsFactory(registry) {
            try await AgentBench.run { bench in
                let world = World(bench: bench)
                let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
                try await bench.plan(stable: first, canary: second, cutoffs: [Cutoff(below: Rank(value: 0))])
                world.controller.want([Self.total])
                try await bench.withAgent(world.agent()) {
                    try await eventually("batches are taken, and the host is looked at") {
                        (value("graft_uplink_batches_total", #",result="taken""#) ?? 0) >= 2
                            && (value("graft_uplink_looks_total", #",result="success""#) ?? 0) >= 2
                    }
                    world.controller.answer(500)
                    try await eventually("they fail, and wait") {
                        (value("graft_uplink_batches_total", #",result="failed""#) ?? 0) >= 1
                            && (value("graft_uplink_records_waiting") ?? 0) >= 1
                    }
                    world.controller.answer(400)
                    try await eventually("they are refused for good, and dropped") {
                        (value("graft_uplink_batches_total", #",result="refused""#) ?? 0) >= 1
                            && (value("graft_uplink_records_dropped_total") ?? 0) >= 1
                    }
                    world.host.counts.withLock { $0.isDown = true }
                    try await eventually("looks come to nothing") { (value("graft_uplink_looks_total", #",result="error""#) ?? 0) >= 1 }
                }
            }
        }
    }
}

extension AgentBench {
    /// Longer than an agent of these tests takes between two requests.
    func settles() async throws { try await Task.sleep(for: .milliseconds(300)) }
}
