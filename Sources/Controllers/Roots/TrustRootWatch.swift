import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Schema
import ServiceLifecycle
import Verification

/// Tells of each TrustRoot what it holds and how old it is, by its status, a metric, and an event when it gets too old. It stops no
/// verification, and puts no other root in its place.
struct TrustRootWatch: Service {
    private let controller: Controller<ObjectKey>
    private let metrics: TrustRootMetrics
    private let subscriptions: [Subscription]

    /// Ages are told anew so often.
    private static let interval = Duration.seconds(30)

    init(
        _ roots: Store<TrustRoot>, trust: TrustView, api: Api<TrustRoot>, events: EventRecorder, logger: Logger, surroundings: Surroundings
    ) {
        let metrics = TrustRootMetrics()
        self.metrics = metrics
        controller = Controller("trustroot", triggers: [.changes(of: roots)], workers: 1, logger: logger, surroundings: surroundings) {
            key in
            guard let root = roots.get(key) else { return .awaitChange }
            let now = surroundings.wallTime()
            let status = TrustRootReader.status(of: root, trust.content(of: root), now: now)
            metrics.set(age: now - (status.taken ?? now), isStale: status.state == .stale, of: root)
            if status != root.status {
                _ = try await api.applyStatus(
                    key.name, ["status": status.json] as JSON, manager: GraftAPI.controllerManager,
                    preconditions: Preconditions(uid: root.metadata.uid))
                if status.state == .stale, root.status.state != .stale {
                    events.record(
                        .warning, reason: "Stale", action: "Verify", note: status.conditions["Current"]?.message ?? "",
                        regarding: ObjectReference(to: root))
                }
            }
            let untilStale = status.staleAt.map { $0 - now }.flatMap { $0 > .zero ? $0 : nil }
            return .after(min(untilStale ?? Self.interval, Self.interval))
        }
        subscriptions = [metrics.follow(roots)]
        trust.followContents { [controller] in roots.keys.forEach { controller.enqueue($0) } }
    }

    func run() async throws {
        defer {
            for subscription in subscriptions { subscription.cancel() }
            metrics.end()
        }
        try await controller.run()
    }
}
