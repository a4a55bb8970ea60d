import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema
import Synchronization

/// Writes the status of deployments: only when it differs, and at most once an interval. What was decided since is kept here, and
/// decided on, until the watch has brought it back: of what is at rest there is one status in memory, the store's.
final class StatusPublisher: Sendable {
    /// Statuses are large, and tables have room for more than they hold.
    private final class Unseen: Sendable {
        let decided: ModuleDeploymentStatus
        /// Nil: nothing since the store showed what we had written.
        let written: ModuleDeploymentStatus?

        init(_ decided: ModuleDeploymentStatus, written: ModuleDeploymentStatus?) { (self.decided, self.written) = (decided, written) }
    }

    private struct Entry {
        var uid: String?
        /// Nil: the store has what was decided.
        var unseen: Unseen?
        var writtenAt: Duration?
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])
    private let api: Api<ModuleDeployment>
    private let store: Store<ModuleDeployment>
    private let interval: Duration
    private let surroundings: Surroundings

    init(api: Api<ModuleDeployment>, store: Store<ModuleDeployment>, interval: Duration, surroundings: Surroundings) {
        self.api = api
        self.store = store
        self.interval = interval
        self.surroundings = surroundings
    }

    /// What we decided last, which may be newer than what was written; nil when this process has decided nothing yet.
    func decided(_ deployment: ModuleDeployment) -> ModuleDeploymentStatus? {
        guard let entry = entry(of: deployment) else { return nil }
        if let unseen = entry.unseen { return unseen.decided }
        // The store has it by now, which the object at hand may have been read before.
        guard let stored = store.get(deployment.key), stored.metadata.uid == deployment.metadata.uid else { return deployment.status }
        return stored.status
    }

    /// Whether a rollout began, turned or ended, and the status does not tell it yet.
    func hasUntoldTurn(of deployment: ModuleDeployment) -> Bool {
        guard let unseen = entry(of: deployment)?.unseen else { return false }
        let told = (unseen.written ?? deployment.status).rollout
        return told?.id != unseen.decided.rollout?.id || told?.state != unseen.decided.rollout?.state
    }

    /// Statuses that are kept, since the store does not have them.
    var unseenCount: Int { entries.withLock { $0.values.count { $0.unseen != nil } } }

    private func entry(of deployment: ModuleDeployment) -> Entry? {
        entries.withLock { entries in entries[deployment.key].flatMap { $0.uid == deployment.metadata.uid ? $0 : nil } }
    }

    /// Nobody but us writes it, so what we wrote last is what is there, whatever the watch has brought back.
    /// - Parameter deployment: as the store has it, or had it when the reconcile began.
    /// - Returns: how long to wait before it is written; nil when it is.
    func publish(_ status: ModuleDeploymentStatus, of deployment: ModuleDeployment) async throws -> Duration? {
        let key = deployment.key
        let now = surroundings.now()
        let (wait, isNews) = entries.withLock { entries -> (Duration?, Bool) in
            var entry = entries[key].flatMap { $0.uid == deployment.metadata.uid ? $0 : nil } ?? Entry(uid: deployment.metadata.uid)
            let written = entry.unseen?.written
            let isNews = status != (written ?? deployment.status)
            let isSeen = !isNews && (written == nil || status == deployment.status)
            entry.unseen = isSeen ? nil : Unseen(status, written: written)
            entries[key] = entry
            return (entry.writtenAt.flatMap { now - $0 < interval ? interval - (now - $0) : nil }, isNews)
        }
        guard isNews else { return nil }
        if let wait { return wait }
        entries.withLock { $0[key]?.writtenAt = now }
        _ = try await api.scoped(to: key.namespace).applyStatus(
            key.name, ["status": status.json] as JSON, manager: GraftAPI.controllerManager,
            preconditions: Preconditions(uid: deployment.metadata.uid))
        entries.withLock { $0[key]?.unseen = Unseen(status, written: status) }
        return nil
    }

    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }
}
