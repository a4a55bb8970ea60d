import GraftAPI
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Synchronization

/// Watches the API server as anyone could, and notes when each host reports what is waited for.
final class Observer: Sendable {
    private struct State {
        var version = ""
        var begun = ContinuousClock.now
        var arrivals: [String: Duration] = [:]
        var plan: Duration?
    }

    private let state = Mutex(State())
    private let hosts: Reflector<ModuleHost>
    private let plans: Reflector<ModulePlan>

    init(_ client: Client, logger: Logger) {
        hosts = Reflector(Api(client), logger: logger)
        plans = Reflector(Api(client, namespace: Scenario.namespace), logger: logger)
    }

    func run() async throws {
        hosts.store.subscribe { self.see($0.object) }
        plans.store.subscribe { _ in self.state.withLock { if $0.plan == nil { $0.plan = .now - $0.begun } } }
        try await Concurrently([hosts, plans]).run()
    }

    /// From now on, hosts are waited for that report this version active.
    func expect(_ version: String) { state.withLock { $0 = State(version: version) } }

    /// How long each host took, and how long it took until the plan was seen.
    func arrivals(of count: Int, within limit: Duration) async throws -> (hosts: [Duration], plan: Duration?) {
        let deadline = ContinuousClock.now + limit
        while true {
            let (arrivals, plan, version) = state.withLock { ($0.arrivals, $0.plan, $0.version) }
            if arrivals.count >= count { return (arrivals.values.sorted(), plan) }
            guard .now < deadline else { throw Failure("\(arrivals.count) of \(count) hosts report \(version) active after \(limit)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func see(_ host: ModuleHost) {
        guard let slot = host.status.slots.first, slot.target?.state == .active, let version = slot.active?.version else { return }
        state.withLock { state in
            guard version == state.version, state.arrivals[host.metadata.name] == nil else { return }
            state.arrivals[host.metadata.name] = .now - state.begun
        }
    }
}

/// Why there are no figures.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
