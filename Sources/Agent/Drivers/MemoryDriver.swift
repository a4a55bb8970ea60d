import Synchronization

/// A host that is only a variable: for measuring agents by the hundred, and for tests of what stands above drivers.
package final class MemoryDriver: Driver {
    package struct Host: Sendable {
        package var staged: Set<InstalledRevision> = []
        /// What the process runs; nil: nothing.
        package var running: InstalledRevision?
        /// What has a part of the calls beside it.
        package var canary: RoutedCanary?
        /// Changes when the process does.
        package var process = 1
        /// How often a version was put in place.
        package var loads = 0
        /// How often the version in place was loaded anew.
        package var reloads = 0
    }

    private let host = Mutex(Host())
    package let features: Set<String>
    /// What a probe of this version fails with; nil: it serves.
    private let verdict: @Sendable (InstalledRevision) -> SlotFailure?

    package init(routes: Bool = false, verdict: @escaping @Sendable (InstalledRevision) -> SlotFailure? = { _ in nil }) {
        features = routes ? ["unload", "routing", "restart"] : ["unload", "restart"]
        self.verdict = verdict
    }

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
            host.canary = nil
            host.loads += 1
        }
    }

    package func reload(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        host.withLock { host in
            host.staged.insert(revision.installed)
            (host.running, host.canary) = (revision.installed, nil)
            host.reloads += 1
        }
    }

    package func route(_ canary: RoutedCanary, beside active: InstalledRevision) async throws -> String? {
        try host.withLock { host in
            guard host.staged.contains(canary.installed) || host.canary == canary else {
                throw SlotFailure(.environment, SlotFailure.missing, "\(canary.installed.version) is not staged")
            }
            if host.canary?.installed != canary.installed { host.loads += 1 }
            (host.running, host.canary) = (active, canary)
        }
        return nil
    }

    package func revert(to revision: InstalledRevision?) async throws { host.withLock { ($0.running, $0.canary) = (revision, nil) } }

    package func probe(_ revision: InstalledRevision) async throws -> String? {
        if let failure = verdict(revision) { throw failure }
        return try host.withLock { host in
            guard host.running == revision || host.canary?.installed == revision else {
                throw SlotFailure(.module, "ProbeFailed", "the host runs \(host.running?.version ?? "nothing")")
            }
            return String(host.process)
        }
    }

    package func retain(_ revisions: Set<InstalledRevision>) async throws {
        host.withLock { $0.staged.formIntersection(revisions) }
    }
}
