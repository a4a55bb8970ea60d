import Analysis
import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle

/// Performs what rollouts wait for, beside the reconciles: measures what is due, sends webhooks, counts samples, and has the engine look at what came of it.
/// Nobody waits for it. What nobody wants any more is cancelled, down to its socket.
struct CheckPerformer: Service {
    private let controller: Controller<CheckTask>
    private let subscription: Subscription

    /// No call takes as long: each has its own limit.
    private static let deadline = Duration.seconds(400)
    /// After which one who waits for a turn asks again, should nobody call it.
    private static let patience = Duration.seconds(30)

    /// What it performs with.
    struct Means: Sendable {
        var sources: any MetricSource
        var samples: (any SampleSource)?
        var webhooks: WebhookSender
        /// Asks a Prometheus which series there are.
        var discover: @Sendable (PrometheusProvider, AnalysisRun) async throws -> Discovery
        /// Hosts that run a rollout's revisions.
        var hosts: @Sendable (AnalysisRun) -> [String: AnalysisRun.Host]

        init(
            _ configuration: CheckConfiguration, hosts: @escaping @Sendable (AnalysisRun) -> [String: AnalysisRun.Host], logger: Logger,
            surroundings: Surroundings
        ) {
            let caller = CheckCaller(
                rules: configuration.rules, credentials: CheckCredentials(directory: configuration.credentials),
                transports: CheckTransports(rules: configuration.rules, make: configuration.transport))
            let prometheus = PrometheusSource(caller: caller, logger: logger)
            sources = MetricSources(
                prometheus: prometheus, web: WebSource(caller: caller), hosts: configuration.hosts)
            samples = configuration.samples
            webhooks = WebhookSender(caller: caller, wallTime: surroundings.wallTime)
            discover = { try await prometheus.series(of: $0, for: $1) }
            self.hosts = hosts
        }
    }

    /// - Parameter news: told whose checks got further.
    init(
        _ book: CheckBook, analyses: Store<ModuleAnalysis>, means: Means, workers: Int, logger: Logger, surroundings: Surroundings,
        news: @escaping @Sendable (ObjectKey) -> Void
    ) {
        controller = Controller(
            "checks", triggers: [], workers: workers, deadline: Self.deadline, logger: logger, surroundings: surroundings
        ) { task in
            switch book.begin(task) {
            case .gone: return .awaitChange
            case .later(let wait): return .after(wait)
            case .inLine: return .after(Self.patience)
            case .go(let assignment, let recall):
                defer { book.end(task) }
                if let outcome = try await Self.perform(assignment, means, unless: recall) {
                    book.take(outcome, of: task, recall: recall, chance: surroundings.random())
                }
            }
            return book.wait(for: task).map { .after($0) } ?? .awaitChange
        }
        book.connect(due: { [controller] in controller.enqueue($0) }, news: news)
        subscription = analyses.subscribe { book.analysisChanged($0.key) }
    }

    func run() async throws {
        defer { subscription.cancel() }
        try await controller.run()
    }

    /// - Returns: nil when it was recalled, or the process is shutting down.
    private static func perform(
        _ assignment: CheckLedger.Assignment, _ means: Means, unless recall: Recall
    ) async throws -> CheckLedger.Outcome? {
        let outcome = try await untilGracefulShutdown {
            try await withThrowingTaskGroup(of: CheckLedger.Outcome?.self) { group in
                group.addTask {
                    try await recall.wait()
                    return nil
                }
                group.addTask { try await perform(assignment, means) }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
        return outcome ?? nil
    }

    private static func perform(_ assignment: CheckLedger.Assignment, _ means: Means) async throws -> CheckLedger.Outcome {
        switch assignment {
        case .metric(let metric, var run):
            // Others don't look at them, and there may be a hundred thousand.
            if metric.provider.hosts != nil { run.hosts = means.hosts(run) }
            do { return .reading(try await means.sources.read(metric, of: run)) } catch let error where !(error is CancellationError) {
                return .reading(.error("\(error)"))
            }
        case .discovery(let provider, let run): return .discovered(try await means.discover(provider, run))
        case .webhook(let request, let work): return .webhook(try await means.webhooks.send(request, to: work))
        case .samples(let series, var run):
            guard let samples = means.samples else { return .samples(nil) }
            run.hosts = means.hosts(run)
            return .samples(try await samples.samples(of: series, in: run))
        }
    }
}
