extension DirectoryDriver {
    package func activate(_ revision: InstalledRevision) async throws {
        try requireStaged(revision)
        // A host that is down is not the module's fault, as long as nothing was changed.
        try await hostProbe?.requireReachable()
        try link(revision)
        do {
            try await hook?.run(environment: environment(revision))
        } catch let failure as SlotFailure {
            // It answered a moment ago: whatever goes wrong from here on, the new version brought about.
            throw SlotFailure(.module, "ActivationFailed", failure.message)
        }
    }

    package func restore(_ revision: InstalledRevision) async throws {
        try requireStaged(revision)
        if disk.target(ofLink: current) == "versions/\(Self.directoryName(of: revision))" { return }
        try link(revision)
        try await hook?.run(environment: environment(revision))
    }

    package func revert(to revision: InstalledRevision?) async throws {
        guard let revision else {
            try disk.removeIfPresent(current)
            if disk.isDirectory(slotDirectory) { try disk.syncDirectory(slotDirectory) }
            try await hook?.run(environment: environment(nil))
            return
        }
        try requireStaged(revision)
        try link(revision)
        try await hook?.run(environment: environment(revision))
    }

    private func requireStaged(_ revision: InstalledRevision) throws {
        guard disk.isDirectory(path(of: revision), followingLinks: false) else {
            throw SlotFailure(.environment, SlotFailure.missing, "\(path(of: revision)) is not there; it is fetched again")
        }
    }

    private func link(_ revision: InstalledRevision) throws {
        let target = "versions/\(Self.directoryName(of: revision))"
        if disk.target(ofLink: current) != target { try disk.relink(current, to: target) }
    }
}
