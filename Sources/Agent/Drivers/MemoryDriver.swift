import Synchronization

/// A host that is only a variable: for measuring agents by the hundred, and for tests of what stands above drivers.
package final class MemoryDriver: Driver {
    package struct Host: Sendable {
        package var staged: Set<InstalledRevision> = []
        /// What the process runs; nil: nothing.
        package var running: InstalledRevision?
        /// Changes when the process does.
        package var process = 1
        /// How often a version was put in place.
        package var loads = 0
    }

    private let host = Mutex(Host())
    package let features: Set<String> = ["unload"]
    /// What a probe of this version fails with; nil: it serves.
    private let verdict: @Sendable (InstalledRevision) -> SlotFailure?

    package init(verdict: @escaping @Sendable (InstalledRevision) -> SlotFailure? = { _ in nil }) { self.verdict = verdict }

    package var state: Host { host.withLock { $0 } }

    /// Another process takes over what is linked.
    package func restartHost() { host.withLock { $0.process += 1 } }

    package func stage(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        _ = host.withLock { $0.staged.insert(revision.installed) }
    }

    package func restore(_ revision: InstalledRevision) async throws -> String? {
        host.withLock { host in
            // Memory does not outlive the agent: what the journal says is active was staged once.
            host.staged.insert(revision)
            host.running = revision
        }
        return nil
    }

    package func activate(_ revision: InstalledRevision) async throws {
        try host.withLock { host in
            guard host.staged.contains(revision) else {
                throw SlotFailure(.environment, SlotFailure.missing, "\(revision.version) is not staged")
            }
            host.running = revision
            host.loads += 1
        }
    }

    package func revert(to revision: InstalledRevision?) async throws { host.withLock { $0.running = revision } }

    package func probe(_ revision: InstalledRevision) async throws -> String? {
        if let failure = verdict(revision) { throw failure }
        return try host.withLock { host in
            guard host.running == revision else {
                throw SlotFailure(.module, "ProbeFailed", "the host runs \(host.running?.version ?? "nothing")")
            }
            return String(host.process)
        }
    }

    package func retain(_ revisions: Set<InstalledRevision>) async throws {
        host.withLock { $0.staged.formIntersection(revisions) }
    }
}
