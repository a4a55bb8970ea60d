import GraftAPI
import KubeCore
import KubeRuntime

/// How old each trust root is. The series end with it.
struct TrustRootMetrics: Sendable {
    private let metrics = ObjectMetrics<ObjectKey>()

    func follow(_ store: Store<TrustRoot>) -> Subscription { metrics.follow(store) { _, _ in } }

    func set(age: Duration, isStale: Bool, of root: TrustRoot) {
        let name = [("name", root.metadata.name)]
        metrics.set(ControllerMetricNames.trustRootAge, of: root.key, to: [(name, Double(age.components.seconds))])
        metrics.set(ControllerMetricNames.trustRootStale, of: root.key, to: [(name, isStale ? 1 : 0)])
    }

    /// Another leader tells from now on.
    func end() { metrics.endAll() }
}
