extension DirectoryDriver {
    package func activate(_ revision: InstalledRevision) async throws {
        let seal = try await sealed(revision)
        // A host that is down is not the module's fault, as long as nothing was changed.
        try await hostProbe?.requireReachable()
        let before = disk.target(ofLink: current)
        try link(revision)
        let view: SlotView
        do {
            view = try await lookBeforeTelling(seal)
        } catch {
            let failure = (error as? Tampering).map { SlotFailure($0) } ?? SlotFailure(.environment, "DiskFailed", "\(error)")
            do { try relink(to: before) } catch { throw SlotFailure(.disturbed, failure.reason, failure.message) }
            throw failure
        }
        knowledge.linked(seal, view)
        var refusal: SlotFailure?
        do {
            try await hook?.run(environment: environment(revision))
        } catch let failure as SlotFailure {
            // It answered a moment ago: whatever goes wrong from here on, the new version brought about, unless it was not the new version.
            refusal = SlotFailure(.module, "ActivationFailed", failure.message)
        }
        try lookAfterLoading(.disturbed)
        if let refusal { throw refusal }
    }

    package func restore(_ revision: InstalledRevision) async throws -> String? {
        let seal = try await sealed(revision)
        let target = disk.target(ofLink: current)
        let isLinked = target == linkTarget(revision)
        let wasLinked = knowledge.seal?.revision == revision
        if !isLinked { try link(revision) }
        let view = try await tampering { try await lookBeforeTelling(seal) }
        let mended = knowledge.takeMended(revision) ?? (wasLinked && !isLinked ? "\(current) linked to \(target ?? "nothing")" : nil)
        guard !isLinked || mended != nil else {
            knowledge.linked(seal, nil)
            return nil
        }
        // What it holds now may not be what was loaded from it.
        knowledge.linked(seal, view)
        try await hook?.run(environment: environment(revision))
        try lookAfterLoading(.environment)
        return mended
    }

    package func revert(to revision: InstalledRevision?) async throws {
        guard let revision else {
            knowledge.linked(nil, nil)
            try relink(to: nil)
            if disk.isDirectory(slotDirectory) { try disk.syncDirectory(slotDirectory) }
            try await hook?.run(environment: environment(nil))
            return
        }
        let seal = try await sealed(revision)
        try link(revision)
        knowledge.linked(seal, try await tampering { try await lookBeforeTelling(seal) })
        try await hook?.run(environment: environment(revision))
        try lookAfterLoading(.environment)
    }

    package func probe(_ revision: InstalledRevision) async throws -> String? {
        let answer: Result<String?, any Error>
        do {
            answer = .success(try await hostProbe?.ask(for: revision, environment: environment(revision)))
        } catch {
            try Task.checkCancellation()
            answer = .failure(error)
        }
        // Who is told by a signal loads when it likes; when it answers, it has.
        if let seal = knowledge.seal, seal.revision == revision {
            try lookAfterLoading(.disturbed)
            if case .success = answer { knowledge.linked(seal, nil) }
        }
        return try answer.get()
    }

    package func isInPlace(_ revision: InstalledRevision) -> Bool {
        disk.target(ofLink: current) == linkTarget(revision) && disk.isDirectory(path(of: revision), followingLinks: false)
    }

    package func change(in revision: InstalledRevision) -> String? {
        guard let seal = knowledge.seal, seal.revision == revision else { return nil }
        do {
            _ = try look(through: seal)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The version's directory, checked just now.
    private func sealed(_ revision: InstalledRevision) async throws -> VersionSeal {
        guard disk.isDirectory(path(of: revision), followingLinks: false) else {
            knowledge.forget(revision)
            throw SlotFailure(.environment, SlotFailure.missing, "\(path(of: revision)) is not there; it is fetched again")
        }
        guard let contents = knowledge.contents(of: revision) else {
            throw SlotFailure(
                .environment, SlotFailure.missing, "\(path(of: revision)) was not checked since the agent's start; it is staged again")
        }
        do { return try await inspect(revision, contents) } catch let tampering as Tampering {
            knowledge.forget(revision)
            throw SlotFailure(tampering)
        } catch let error as FileError where error.isAbsence || error.isForeign {
            knowledge.forget(revision)
            throw SlotFailure(Tampering(error.path, "\(error)"))
        }
    }

    /// What the host will find on its way: taken twice, the second time when whatever happens next shows in the change times.
    private func lookBeforeTelling(_ seal: VersionSeal) async throws -> SlotView {
        do {
            try await waitUntilPast(try look(through: seal).newest)
            return try look(through: seal)
        } catch let error as FileError where error.isAbsence || error.isForeign {
            throw Tampering(error.path, "\(error)")
        }
    }

    /// Whether the host found what was checked: nothing on the way there was changed since.
    private func lookAfterLoading(_ kind: SlotFailure.Kind) throws {
        guard let seal = knowledge.seal, let view = knowledge.view else { return }
        do {
            let found = try look(through: seal)
            guard found == view else { throw Tampering(slotDirectory, "the way from current to the version was changed and changed back") }
        } catch {
            knowledge.linked(nil, nil)
            let tampering = error as? Tampering ?? Tampering(slotDirectory, "\(error)")
            throw SlotFailure(Tampering("while the host was loading \(seal.revision.version)", tampering.description), kind)
        }
    }

    private func tampering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let tampering as Tampering { throw SlotFailure(tampering) }
    }

    private func linkTarget(_ revision: InstalledRevision) -> String { "versions/\(Self.directoryName(of: revision))" }

    private func link(_ revision: InstalledRevision) throws {
        if disk.target(ofLink: current) != linkTarget(revision) { try relink(to: linkTarget(revision)) }
    }

    /// - Parameter target: nil removes the link.
    private func relink(to target: String?) throws {
        // A directory is none that the agent put there, and no link can be renamed over it.
        if disk.isDirectory(current, followingLinks: false) { try disk.removeTree(current) }
        guard let target else { return try disk.removeIfPresent(current) }
        try disk.relink(current, to: target)
    }
}
