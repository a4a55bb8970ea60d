import CoreMetrics
import HTTPTypes
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import Synchronization
import Testing
import Tracing

@testable import Telemetry

@Suite("Controllers, counted, traced and logged") struct RuntimeTests {
    private struct Broken: Error {}

    private let registry = MetricsRegistry()
    private let queue = SpanQueue()
    private var tracer: RecordingTracer { RecordingTracer(sampler: Sampler(ratio: 1), queue: queue) }

    private func exposed() throws -> Exposition { try Exposition(registry.snapshot().exposition(.text)) }

    /// Runs a controller with telemetry around it.
    private func running(
        _ logger: Logger = silent, _ body: (Controller<ObjectKey>) async throws -> Void,
        reconcile: @escaping @Sendable (ObjectKey) async throws -> Next
    ) async throws {
        try await withMetricsFactory(registry) {
            try await withTracer(tracer) {
                let controller = Controller<ObjectKey>(
                    "widget", triggers: [], workers: 2, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)), logger: logger,
                    reconcile: reconcile)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await controller.run() }
                    defer { group.cancelAll() }
                    try await body(controller)
                }
            }
        }
    }

    private func value(_ name: String, _ labels: [String: String] = [:], of controller: String? = "widget") throws -> Double? {
        var labels = labels
        if let controller { labels["controller"] = controller }
        return try exposed().value(name, labels)
    }

    @Test("Reconciles count by result")
    func results() async throws {
        let tries = Mutex<[String: Int]>([:])
        try await running { controller in
            for name in ["fine", "later", "fails", "conflicts", "terminal"] { controller.enqueue(ObjectKey(namespace: "a", name: name)) }
            try await eventually("all reconciles") {
                try value("controller_runtime_reconcile_total", ["result": "error"]) == 2
                    && value("controller_runtime_reconcile_total", ["result": "requeue"]) == 1
                    && value("controller_runtime_reconcile_total", ["result": "requeue_after"]) == 1
                    && value("controller_runtime_reconcile_total", ["result": "success"]) == 3
                    && value("controller_runtime_active_workers") == 0
                    // The last that a worker does with a key.
                    && self.exposed().value("workqueue_work_duration_seconds_count", ["name": "widget"]) == 7
            }
            #expect(try value("controller_runtime_reconcile_errors_total") == 2)
            #expect(try value("controller_runtime_terminal_reconcile_errors_total") == 1)
            #expect(try value("controller_runtime_max_concurrent_reconciles") == 2)
            #expect(try value("controller_runtime_reconcile_time_seconds_count") == 7)
            let exposed = try exposed()
            #expect(exposed["controller_runtime_reconcile_time_seconds"]?.samples.compactMap { $0.labels["le"] }.count == 41)
            #expect(exposed.value("workqueue_retries_total", ["name": "widget"]) == 2)
            #expect(exposed.value("workqueue_queue_duration_seconds_count", ["name": "widget"]) == 7)
            // The key that is due in an hour waits, and is not ready.
            #expect(exposed.value("workqueue_adds_total", ["name": "widget"]) == 8)
            try await eventually("a depth of none, and one that waits for its time") {
                let exposed = try self.exposed()
                return exposed.value("workqueue_depth", ["name": "widget"]) == 0
                    && exposed.value("workqueue_delayed", ["name": "widget"]) == 1
            }
        } reconcile: { key in
            let attempt = tries.withLock { tries in
                tries[key.name, default: 0] += 1
                return tries[key.name]!
            }
            switch (key.name, attempt) {
            case ("later", _): return .after(.seconds(3600))
            case ("fails", 1): throw Broken()
            case ("conflicts", 1): throw KubeError(.conflict, status: 409, message: "")
            case ("terminal", _): throw TerminalError(reason: "NoPolicy", message: "")
            default: return .awaitChange
            }
        }
    }

    @Test("What runs and what waits shows while it does")
    func unfinished() async throws {
        let isReleased = Mutex(false)
        try await running { controller in
            for name in ["a", "b", "c", "d", "e"] { controller.enqueue(ObjectKey(namespace: nil, name: name)) }
            try await eventually("two that run, three that wait, and time that passes") {
                let exposed = try exposed()
                let longest = exposed.value("workqueue_longest_running_processor_seconds", ["name": "widget"]) ?? 0
                let unfinished = exposed.value("workqueue_unfinished_work_seconds", ["name": "widget"]) ?? 0
                return try value("controller_runtime_active_workers") == 2 && exposed.value("workqueue_depth", ["name": "widget"]) == 3
                    && longest > 0 && unfinished >= longest
            }
            isReleased.withLock { $0 = true }
            try await eventually("nothing that runs or waits") {
                let exposed = try exposed()
                return exposed.value("workqueue_depth", ["name": "widget"]) == 0
                    && exposed.value("workqueue_unfinished_work_seconds", ["name": "widget"]) == 0
                    && exposed.value("workqueue_longest_running_processor_seconds", ["name": "widget"]) == 0
            }
        } reconcile: { _ in
            while !isReleased.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
            return .awaitChange
        }
    }

    @Test("A reconcile is one span, its requests are its children, and its lines name it")
    func trace() async throws {
        try await withEmbeddedCluster { cluster in
            let spy = SpyTransport(cluster.server.inProcessTransport(user: .admin))
            let client = try withMetricsFactory(registry) { try Client(transport: spy, server: "https://api.test") }
            let log = LogRecorder()
            let logger = log.logger(.json, metadata: .multiplex([.trace, .reconcile]))
            try await running(logger) { controller in
                controller.enqueue(ObjectKey(namespace: "default", name: "first"))
                try await eventually("the spans") { queue.count == 3 }
            } reconcile: { key in
                let api = Api<ConfigMap>(client, namespace: key.namespace)
                async let missing = api.getIfPresent("missing")
                _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: key.name)))
                _ = try await missing
                logger.info("made it")
                return .awaitChange
            }
            let spans = queue.take(10)
            let root = try #require(spans.first { $0.name == "reconcile widget" })
            #expect(root.attributes.get("k8s.namespace.name") == .string("default"))
            #expect(root.attributes.get("k8s.object.name") == .string("first"))
            let children = spans.filter { $0.parent == root.context.parent.span }
            #expect(
                Set(children.map(\.name)) == [
                    "GET /api/v1/namespaces/{namespace}/configmaps/{name}", "POST /api/v1/namespaces/{namespace}/configmaps",
                ])
            #expect(children.allSatisfy { $0.context.parent.trace == root.context.parent.trace })
            #expect(
                spy.requests.allSatisfy { request in
                    request.headerFields.contains {
                        $0.name.canonicalName == "traceparent" && $0.value.contains("\(root.context.parent.trace)")
                    }
                })
            let line = try #require(log.lines.first { $0.contains("made it") })
            #expect(line.contains(#""controller":"widget","name":"first","namespace":"default","reconcileID":""#))
            #expect(root.attributes.get("reconcile.id").map { line.contains("\"reconcileID\":\"\($0.text)\"") } == true)
            #expect(line.contains(#""trace_id":"\#(root.context.parent.trace)""#))
        }
    }

    @Test("A reconcile that fails marks its span; one that is cancelled does not")
    func failedSpans() async throws {
        let waits = Mutex(false)
        try await running { controller in
            controller.enqueue(ObjectKey(namespace: nil, name: "fails"))
            controller.enqueue(ObjectKey(namespace: nil, name: "waits"))
            try await eventually("one has failed, one waits") { queue.count == 1 && waits.withLock(\.self) }
        } reconcile: { key in
            if key.name == "fails" { throw TerminalError(reason: "NoPolicy", message: "write one") }
            waits.withLock { $0 = true }
            try await Task.sleep(for: .seconds(3600))
            return .awaitChange
        }
        let spans = queue.take(10)
        let byName = Dictionary(spans.map { ($0.attributes.get("k8s.object.name")?.text ?? "", $0) }, uniquingKeysWith: { $1 })
        #expect(byName["fails"]?.status?.code == .error)
        #expect(byName["waits"]?.status == nil)
        #expect(byName["waits"]?.attributes.get("cancelled") == .bool(true))
        #expect(try value("controller_runtime_reconcile_errors_total") == 1)
    }

    @Test("The leader says so, and stops saying so")
    func leadership() async throws {
        try await withEmbeddedCluster { cluster in
            try await withMetricsFactory(registry) {
                let election = LeaderElection(
                    client: cluster.client, namespace: "default", name: "the-lease", identity: "me", logger: silent
                ) { try await Task.sleep(for: .seconds(3600)) }
                func status() throws -> Double? { try value("leader_election_master_status", ["name": "the-lease"], of: nil) }
                #expect(try status() == 0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await election.run() }
                    try await eventually("leadership") { try status() == 1 }
                    group.cancelAll()
                    try? await group.waitForAll()
                }
                #expect(try status() == 0)
            }
        }
    }

    @Test("All that is counted has a help")
    func described() async throws {
        try await running { controller in
            controller.enqueue(ObjectKey(namespace: nil, name: "a"))
            try await eventually("a reconcile") { try value("controller_runtime_reconcile_total", ["result": "success"]) == 1 }
        } reconcile: { _ in
            .awaitChange
        }
        for family in registry.snapshot().families { #expect(!family.description.help.isEmpty, "\(family.name)") }
    }
}

extension SpanAttribute {
    fileprivate var text: String { if case .string(let text) = self { text } else { "\(self)" } }
}
