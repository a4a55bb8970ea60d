import GraftAPI
import KubeRuntime
import Synchronization
import Trust
import Verification

/// The policies of the cluster, read anew only when one of them changes: their keys take time to parse.
final class PolicyView: Sendable {
    private struct State {
        var generation = 0
        var policies: PolicySet?
    }

    private let state = Mutex(State())
    private let store: Store<VerificationPolicy>

    init(_ store: Store<VerificationPolicy>) { self.store = store }

    func follow() -> Subscription {
        store.subscribe { _ in
            self.state.withLock {
                $0.generation += 1
                $0.policies = nil
            }
        }
    }

    /// Grows whenever a policy changes.
    var generation: Int { state.withLock(\.generation) }

    var policies: PolicySet {
        let (known, generation) = state.withLock { ($0.policies, $0.generation) }
        if let known { return known }
        let read = PolicySet(store.all())
        state.withLock { if $0.generation == generation { $0.policies = read } }
        return read
    }
}
