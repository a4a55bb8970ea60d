import GraftAPI
import HostProtocol
import JSON
package import KubeRuntime
package import Logging
package import ServiceLifecycle

/// Hands versions to hosts as open files in sealed memory, over a Unix socket: docs/host-protocol.md. No path leads to what a host loads, so that
/// nobody can have other bytes loaded than those that were hashed after they were sealed.
///
/// Nothing of it outlives the agent but what hosts have loaded: after a start the journal says what they are to run, the store has its bytes, and
/// hosts come by themselves.
package struct SocketDriver: Driver {
    let slot: String
    let settings: SocketSettings
    let disk: Disk
    let surroundings: Surroundings
    let server: HostServer
    let shelf = SealedShelf()

    package var features: Set<String> { ["unload", GraftAPI.restartFeature] }
    package var services: [any Service] { [server] }

    /// Listens once its services run.
    /// - Throws: `FileError` when the system has no descriptors left.
    package init(
        slot: String, settings: SocketSettings, disk: Disk = .real, logger: Logger, surroundings: Surroundings = .system
    ) throws {
        self.slot = slot
        self.settings = settings
        self.disk = disk
        self.surroundings = surroundings
        server = try HostServer(slot: slot, settings: settings, disk: disk, logger: logger, surroundings: surroundings)
    }

    package func stage(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        guard revision.slot == slot else {
            throw SlotFailure(
                .environment, "RevisionMismatch", "\(revision.installed.revision) is for slot \(revision.slot), not for \(slot)")
        }
        // What is sealed can't have changed.
        guard shelf.module(revision.installed) == nil else { return }
        shelf.stage(try SealedModule.seal(revision, from: store, disk))
    }

    @discardableResult
    package func restore(_ revision: InstalledRevision) async throws -> String? {
        let module = try sealed(revision)
        let mended = server.mend()
        if server.look({ $0.wish?.module?.installed }) != revision {
            try await want(module, isBack: true) { failure in
                SlotFailure(failure.isRefusal ? .module : .unreachable, "ReloadFailed", failure.text)
            }
        }
        return mended
    }

    package func activate(_ revision: InstalledRevision) async throws {
        let module = try sealed(revision)
        // A host that is down is not the module's fault, as long as nothing was changed.
        guard try await hosts({ !$0.greeted.isEmpty }) else { throw nobody("ActivationFailed") }
        let hosts = try await want(module) { SlotFailure(.module, "ActivationFailed", $0.text) }
        // Whoever was there is gone, without having been asked.
        guard hosts > 0 else { throw nobody("ActivationFailed") }
    }

    /// Sealed once more: what a library was loaded from is the same library, by whatever name it is opened again.
    package func reload(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        guard try await hosts({ !$0.greeted.isEmpty }) else { throw nobody("ActivationFailed") }
        let module = try SealedModule.seal(revision, from: store, disk)
        let hosts = try await want(module, isAnew: true) { SlotFailure(.module, "ActivationFailed", $0.text) }
        guard hosts > 0 else { throw nobody("ActivationFailed") }
    }

    package func revert(to revision: InstalledRevision?) async throws {
        let module = try revision.map { try sealed($0) }
        try await want(module, isBack: true) { failure in
            SlotFailure(failure.isRefusal ? .module : .unreachable, "ReloadFailed", failure.text)
        }
    }

    package func probe(_ revision: InstalledRevision) async throws -> String? {
        guard try await hosts({ !$0.greeted.isEmpty }) else { throw nobody("ProbeFailed") }
        server.withHosts { hosts, now in ((), hosts.ask(now: now)) }
        let answers = try await waitForHosts { $0.answer }
        guard !answers.isEmpty else { throw nobody("ProbeFailed") }
        var processes: [String] = []
        for answer in answers {
            switch answer {
            case .waiting: break
            case .failed(let failure):
                let isSilent = failure == .closed || failure.isLate
                throw SlotFailure(isSilent ? .unreachable : .module, "ProbeFailed", "a host of \(settings.path): \(failure.message)")
            case .health(let health, let process):
                guard health.running == ModuleIdentity(revision) else {
                    throw SlotFailure(
                        .module, "ProbeFailed",
                        "host process \(process.printable) runs \(health.running?.version.printable ?? "nothing"), wanted \(revision.version)"
                    )
                }
                guard health.isHealthy else {
                    throw SlotFailure(
                        .module, "ProbeFailed", "host process \(process.printable) says: \(excerpt(Array(health.message.utf8)))")
                }
                processes.append(process)
            }
        }
        return processes.sorted().joined(separator: " ")
    }

    package func isInPlace(_ revision: InstalledRevision) async -> Bool {
        (try? await hosts { $0.isRunning(ModuleIdentity(revision)) }) ?? false
    }

    package func change(in revision: InstalledRevision) -> String? { server.objection }

    package func retain(_ revisions: Set<InstalledRevision>) async throws { shelf.retain(revisions) }
}
