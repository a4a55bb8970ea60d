package import ServiceLifecycle

/// How a version gets into a host. One driver serves one slot.
///
/// Failures are thrown as `SlotFailure`, whose kind says whose it is; `FileError`s count as the environment's. All methods may be
/// called again after a crash at any point: doing what is done already is a success.
package protocol Driver: Sendable {
    /// What it can do beyond the first version: `unload`, `routing`, `restart`.
    var features: Set<String> { get }

    /// Puts a version beside the others, from verified bytes in the store, hashing them on the way.
    func stage(_ revision: VerifiedRevision, from store: ContentStore) async throws

    /// Sees to it that this version is what the host loads at its next start, byte for byte.
    /// - Returns: what of it somebody else had changed, now that it is put right; nil when nothing was.
    /// - Throws: a failure with reason `Missing` when its bytes are not staged, or were not since the driver was made; `Tampered` when they are
    ///   not what was staged. Staging them again helps.
    @discardableResult
    func restore(_ revision: InstalledRevision) async throws -> String?

    /// Has the running host load a staged version.
    /// - Throws: of kind environment or unreachable only when nothing was changed; as `restore`, when its bytes are not as they were staged.
    func activate(_ revision: InstalledRevision) async throws

    /// Has the running host load anew the version that is in place: from the same bytes, and not as something it has already.
    /// - Throws: as `activate`.
    func reload(_ revision: VerifiedRevision, from store: ContentStore) async throws

    /// Puts a staged version beside the one in place, and has the running host divide calls between them by a rule; or by another rule than before.
    /// Where all that is so already, nobody is told anything. `activate` and `revert` end it.
    /// - Returns: what of it somebody else had changed since it was put there, now that it is put right; nil when nothing was.
    /// - Throws: as `activate`.
    func route(_ canary: RoutedCanary, beside active: InstalledRevision) async throws -> String?

    /// `restore`, where calls are divided, or are not: `route` sees to the rest.
    func restore(_ revision: InstalledRevision, isDivided: Bool) async throws -> String?

    /// Puts a version back, or nothing. Unlike `activate` it does not need the host to be up.
    func revert(to revision: InstalledRevision?) async throws

    /// Asks the running process whether it serves this version, once.
    /// - Returns: what identifies the process; nil when it does not say.
    func probe(_ revision: InstalledRevision) async throws -> String?

    /// Whether this version, whatever its bytes are, is what the host would load at its next start, or runs.
    func isInPlace(_ revision: InstalledRevision) async -> Bool

    /// What is no longer as it was when this version was put in place, at a glance; nil when nothing is, or it can't be told. May be asked while
    /// anything else is done.
    func change(in revision: InstalledRevision) -> String?

    /// Forgets staged versions that are not among these.
    func retain(_ revisions: Set<InstalledRevision>) async throws

    /// What runs beside the slot as long as the agent does.
    var services: [any Service] { get }
}

extension Driver {
    /// It can't.
    package func reload(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        throw SlotFailure(.environment, "CannotRestart", "this host can't be told to load anew what it runs")
    }
    /// It can't.
    package func route(_ canary: RoutedCanary, beside active: InstalledRevision) async throws -> String? {
        throw SlotFailure(.environment, "CannotRoute", "this host runs one version at a time; it can't divide calls")
    }
    package func restore(_ revision: InstalledRevision, isDivided: Bool) async throws -> String? { try await restore(revision) }
    package func isInPlace(_ revision: InstalledRevision) async -> Bool { false }
    package var services: [any Service] { [] }
    package func change(in revision: InstalledRevision) -> String? { nil }
}
