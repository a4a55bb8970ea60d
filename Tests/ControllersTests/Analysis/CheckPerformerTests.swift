import Analysis
import GraftAPI
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Controllers

/// Answers as a test says, or not at all, and knows who waits.
private final class ScriptedSource: MetricSource {
    struct State {
        var waiting: [String: Int] = [:]
        var cancelled: [String: Int] = [:]
        var answered: [String: Int] = [:]
    }

    private let hangs: @Sendable (AnalysisRun) -> Bool
    private let state = Mutex(State())

    init(hangs: @escaping @Sendable (AnalysisRun) -> Bool) { self.hangs = hangs }

    var now: State { state.withLock { $0 } }

    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading {
        guard hangs(run) else {
            state.withLock { $0.answered[run.namespace, default: 0] += 1 }
            return .number(1)
        }
        state.withLock { $0.waiting[run.namespace, default: 0] += 1 }
        defer { state.withLock { $0.waiting[run.namespace, default: 0] -= 1 } }
        do { while true { try await Task.sleep(for: .seconds(3600)) } } catch {
            state.withLock { $0.cancelled[run.namespace, default: 0] += 1 }
            throw error
        }
    }
}

@Suite("Who performs checks")
struct CheckPerformerTests {
    /// Runs a performer over a cluster, and a book whose analyses are the cluster's.
    private func withPerformer(_ source: ScriptedSource, _ body: (CheckBook, Client, Reports) async throws -> Void) async throws {
        try await withEmbeddedCluster { cluster in
            try await cluster.apply(definition: ModuleAnalysis.customResourceDefinition)
            try await cluster.createNamespace("payments")
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let analyses = Reflector(Api<ModuleAnalysis>(cluster.client), logger: logger)
            let reports = Reports()
            let book = CheckBook(limit: 16, wallTime: Surroundings.system.wallTime) { key in
                // Others than the cluster's are measured once.
                key.namespace == "payments" ? analyses.store.get(key)?.spec : CheckLedgerTests.spec("rate") { $0.count = 1 }
            }
            var means = CheckPerformer.Means(.none, hosts: { _ in [:] }, logger: logger, surroundings: .system)
            means.sources = source
            let performer = CheckPerformer(
                book, analyses: analyses.store, means: means, workers: 16, logger: logger, surroundings: .system, news: { reports.ring($0) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await analyses.run() }
                group.addTask { try await performer.run() }
                defer { group.cancelAll() }
                try await analyses.store.waitUntilSynced()
                try await body(book, cluster.client, reports)
            }
        }
    }

    private final class Reports: Sendable {
        private let keys = Mutex<[ObjectKey: Int]>([:])
        func ring(_ key: ObjectKey) { keys.withLock { $0[key, default: 0] += 1 } }
        func count(_ key: ObjectKey) -> Int { keys.withLock { $0[key] ?? 0 } }
    }

    private func orders(_ namespace: String, _ name: String = "http-filter", checks: [CheckStatus]? = nil) -> CheckOrders {
        CheckOrders(
            deployment: ObjectKey(namespace: namespace, name: name), identity: .init(uid: "uid", rollout: "r-1"),
            canary: .init(name: "c", digest: "sha256:c", version: "1.1.0"), stable: nil,
            orders: (checks ?? [CheckLedgerTests.check(start: Surroundings.system.wallTime())]).map {
                .init(status: $0, work: .analysis(name: "errors", arguments: [:]))
            })
    }

    @Test("measures once an analysis appears, and rings")
    func appearing() async throws {
        let source = ScriptedSource { _ in false }
        try await withPerformer(source) { book, client, reports in
            let orders = orders("payments")
            book.want(orders)
            #expect(book.standing(of: orders.deployment, orders.identity).first?.message?.contains("there is none") == true)
            let rung = reports.count(orders.deployment)
            #expect(rung > 0)
            _ = try await Api<ModuleAnalysis>(client, namespace: "payments").create(
                ModuleAnalysis(
                    metadata: ObjectMeta(name: "errors"), spec: CheckLedgerTests.spec("rate") { $0.count = 1 }, status: NoStatus()))
            try await eventually("it has succeeded") { book.standing(of: orders.deployment, orders.identity).first?.phase == .successful }
            #expect(reports.count(orders.deployment) > rung)
            #expect(source.now.answered["payments"] == 1)
        }
    }

    @Test("cancels what is under way when nobody wants it any more")
    func cancelling() async throws {
        let source = ScriptedSource { _ in true }
        try await withPerformer(source) { book, _, _ in
            book.want(orders("others"))
            try await eventually("it is being measured") { source.now.waiting["others"] == 1 }
            book.forget(ObjectKey(namespace: "others", name: "http-filter"))
            try await eventually("it is cancelled") { source.now.cancelled["others"] == 1 && source.now.waiting["others"] == 0 }
        }
    }

    @Test("keeps nobody from being measured by providers of others that hang")
    func fairness() async throws {
        let source = ScriptedSource { $0.namespace == "noisy" }
        try await withPerformer(source) { book, _, _ in
            // Given a tenant with more analyses that hang than there are turns
            for number in 0..<100 { book.want(orders("noisy", "d\(number)")) }
            try await eventually("it has all the turns that it may have") { source.now.waiting["noisy"] == 4 }
            // When others are to be measured, then they are
            for number in 0..<20 { book.want(orders("tenant-\(number)")) }
            try await eventually("the others are measured") { source.now.answered.count == 20 }
            #expect(source.now.waiting["noisy"] == 4)
            // And when the first of the noisy ones are gone, then the next have their turns
            for number in 0..<100 { book.forget(ObjectKey(namespace: "noisy", name: "d\(number)")) }
            try await eventually("all are cancelled") { source.now.waiting["noisy"] == 0 }
        }
    }

    @Test("ends what is under way at a graceful shutdown, however long a provider hangs")
    func shutdown() async throws {
        let source = ScriptedSource { _ in true }
        let book = CheckBook(limit: 16, wallTime: Surroundings.system.wallTime) { _ in CheckLedgerTests.spec("rate") }
        try await withEmbeddedCluster { cluster in
            try await cluster.apply(definition: ModuleAnalysis.customResourceDefinition)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let analyses = Reflector(Api<ModuleAnalysis>(cluster.client), logger: logger)
            var means = CheckPerformer.Means(.none, hosts: { _ in [:] }, logger: logger, surroundings: .system)
            means.sources = source
            let performer = CheckPerformer(
                book, analyses: analyses.store, means: means, workers: 16, logger: logger, surroundings: .system, news: { _ in })
            let group = ServiceGroup(configuration: .init(services: [performer], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                book.want(orders("others"))
                try await eventually("it is being measured") { source.now.waiting["others"] == 1 }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(source.now.cancelled["others"] == 1)
        }
    }
}
