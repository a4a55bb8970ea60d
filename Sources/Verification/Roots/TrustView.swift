package import GraftAPI
import JSON
package import KubeClient
import KubeCore
package import KubeRuntime
package import Logging
package import ServiceLifecycle
import Synchronization
package import Trust

/// What signatures are held against, as the cluster has it: all policies, and the roots that they name. Read anew only when one of them
/// changes: keys and certificates take time to parse.
package final class TrustView: Sendable {
    private struct Listener {
        var hear: @Sendable () -> Void
    }

    private struct State {
        var generation = 0
        var policies: PolicySet?
        var listeners: [Listener] = []
        var contentListeners: [Listener] = []
    }

    package let policies: Store<VerificationPolicy>
    package let roots: Store<TrustRoot>
    private let contents = TrustRootContents()
    private let state = Mutex(State())

    package init(policies: Store<VerificationPolicy>, roots: Store<TrustRoot>) {
        self.policies = policies
        self.roots = roots
    }

    /// What brings the content of roots that stands elsewhere, to be run beside the stores' reflectors.
    package func loader(_ client: Client, logger: Logger, surroundings: Surroundings) -> any Service {
        TrustRootLoader(roots, into: contents, client: client, logger: logger, surroundings: surroundings) {
            self.change()
            for listener in self.state.withLock(\.contentListeners) { listener.hear() }
        }
    }

    /// Notes every change from now on, and tells of it once what is read now would show it.
    package func follow(_ changed: @escaping @Sendable () -> Void) -> [Subscription] {
        state.withLock { $0.listeners.append(Listener(hear: changed)) }
        // What stands in a status, labels or annotations is nothing to judge by.
        return [
            policies.subscribe { if $0.old?.spec != $0.new?.spec { self.change() } },
            roots.subscribe { if $0.old?.spec != $0.new?.spec { self.change() } },
        ]
    }

    /// Tells of the content of roots that has come, or can't be had for another reason than before.
    package func followContents(_ changed: @escaping @Sendable () -> Void) {
        state.withLock { $0.contentListeners.append(Listener(hear: changed)) }
    }

    private func change() {
        let listeners = state.withLock { state in
            state.generation += 1
            state.policies = nil
            return state.listeners
        }
        for listener in listeners { listener.hear() }
    }

    /// Grows whenever a policy or a root changes.
    package var generation: Int { state.withLock(\.generation) }

    /// Whether the content of every root that stands elsewhere is here.
    package var isComplete: Bool {
        roots.all().compactMap { TrustRootPlace($0.spec) }.allSatisfy { place in
            if case .bytes? = contents[place] { true } else { false }
        }
    }

    package var isSynced: Bool { policies.isSynced && roots.isSynced }

    package func waitUntilSynced() async throws {
        try await policies.waitUntilSynced()
        try await roots.waitUntilSynced()
    }

    /// The policies in force.
    package var current: PolicySet {
        let (known, generation) = state.withLock { ($0.policies, $0.generation) }
        if let known { return known }
        let read = PolicySet(policies.all(), roots: RootShelf(roots.all().map { ($0.metadata.name, content(of: $0)) }))
        state.withLock { if $0.generation == generation { $0.policies = read } }
        return read
    }

    /// What a root holds, or why it holds nothing.
    package func content(of root: TrustRoot) -> RootShelf.Content {
        if let inline = root.spec.trustedRoot { return .bytes(inline.bytes()) }
        guard let place = TrustRootPlace(root.spec) else { return .missing(TrustRootSource.nowhere) }
        return contents[place] ?? .missing("\(place) is being fetched")
    }
}
