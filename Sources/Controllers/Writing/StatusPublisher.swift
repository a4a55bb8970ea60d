import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema
import Synchronization

/// Writes the status of deployments: only when it differs, and at most once an interval. What was decided since is kept here, and
/// decided on.
final class StatusPublisher: Sendable {
    private struct Entry {
        var uid: String?
        var decided: ModuleDeploymentStatus
        var written: ModuleDeploymentStatus?
        var writtenAt: Duration?
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])
    private let api: Api<ModuleDeployment>
    private let interval: Duration
    private let surroundings: Surroundings

    init(api: Api<ModuleDeployment>, interval: Duration, surroundings: Surroundings) {
        self.api = api
        self.interval = interval
        self.surroundings = surroundings
    }

    /// What we decided last, which may be newer than what was written; nil when this process has decided nothing yet.
    func decided(_ deployment: ModuleDeployment) -> ModuleDeploymentStatus? {
        entries.withLock { entries in
            guard let entry = entries[deployment.key], entry.uid == deployment.metadata.uid else { return nil }
            return entry.decided
        }
    }

    /// Whether a rollout began, turned or ended, and the status does not tell it yet.
    func hasUntoldTurn(of deployment: ModuleDeployment) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[deployment.key], entry.uid == deployment.metadata.uid else { return false }
            let told = (entry.written ?? deployment.status).rollout
            return told?.id != entry.decided.rollout?.id || told?.state != entry.decided.rollout?.state
        }
    }

    /// Nobody but us writes it, so what we wrote last is what is there, whatever the watch has brought back.
    /// - Returns: how long to wait before it is written; nil when it is.
    func publish(_ status: ModuleDeploymentStatus, of deployment: ModuleDeployment) async throws -> Duration? {
        let key = deployment.key
        let now = surroundings.now()
        let (wait, isNews) = entries.withLock { entries -> (Duration?, Bool) in
            var entry =
                entries[key].flatMap { $0.uid == deployment.metadata.uid ? $0 : nil }
                ?? Entry(uid: deployment.metadata.uid, decided: status)
            entry.decided = status
            entries[key] = entry
            let isNews = status != (entry.written ?? deployment.status)
            return (entry.writtenAt.flatMap { now - $0 < interval ? interval - (now - $0) : nil }, isNews)
        }
        guard isNews else { return nil }
        if let wait { return wait }
        entries.withLock { $0[key]?.writtenAt = now }
        _ = try await api.scoped(to: key.namespace).applyStatus(
            key.name, ["status": status.json] as JSON, manager: GraftAPI.controllerManager,
            preconditions: Preconditions(uid: deployment.metadata.uid))
        entries.withLock { $0[key]?.written = status }
        return nil
    }

    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }
}
