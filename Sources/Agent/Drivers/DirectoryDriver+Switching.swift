extension DirectoryDriver {
    package func activate(_ revision: InstalledRevision) async throws { try await activate(revision, telling: hook) }

    private func activate(_ revision: InstalledRevision, telling hook: ReloadHook?) async throws {
        let inPlace = InPlace(current: try await sealed(revision))
        // A host that is down is not the module's fault, as long as nothing was changed.
        try await hostProbe?.requireReachable()
        let view = try await put(Placement(current: linkTarget(revision)), inPlace, orElse: placement)
        knowledge.placed(inPlace, view)
        try await tell(revision, by: hook)
    }

    /// The host is told, by a way of its own; nothing in the slot's directory changes.
    package func reload(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        guard let restartHook else {
            throw SlotFailure(
                .environment, "CannotRestart", "slots[\(slot)].restart is not set: the host can't be told to load anew what it runs")
        }
        try await activate(revision.installed, telling: restartHook)
    }

    /// Puts something in place for a host that is about to be told; nothing is changed when it turns out not to be what was checked.
    func put(_ wanted: Placement, _ inPlace: InPlace, orElse before: Placement) async throws -> SlotView {
        try put(wanted)
        do {
            return try await lookBeforeTelling(inPlace)
        } catch {
            let failure = (error as? Tampering).map { SlotFailure($0) } ?? SlotFailure(.environment, "DiskFailed", "\(error)")
            do { try put(before) } catch { throw SlotFailure(.disturbed, failure.reason, failure.message) }
            throw failure
        }
    }

    /// Has the host load what was put in place.
    /// - Throws: of kind module, since it answered a moment ago: whatever goes wrong from here on, the new version brought about, unless it was not the
    ///   new version.
    func tell(_ revision: InstalledRevision, rule: String? = nil) async throws { try await tell(revision, rule: rule, by: hook) }

    private func tell(_ revision: InstalledRevision, rule: String? = nil, by hook: ReloadHook?) async throws {
        var refusal: SlotFailure?
        do {
            try await hook?.run(environment: environment(revision, rule: rule))
        } catch let failure as SlotFailure {
            refusal = SlotFailure(.module, "ActivationFailed", failure.message)
        }
        try lookAfterLoading(.disturbed)
        if let refusal { throw refusal }
    }

    package func restore(_ revision: InstalledRevision) async throws -> String? { try await restore(revision, isDivided: false) }

    package func restore(_ revision: InstalledRevision, isDivided: Bool) async throws -> String? {
        var inPlace = InPlace(current: try await sealed(revision))
        inPlace.isDivisionUnknown = isDivided
        let before = placement
        let wasPlaced = knowledge.inPlace?.current.revision == revision
        let wanted =
            isDivided
            ? Placement(current: linkTarget(revision), canary: before.canary, routing: before.routing)
            : Placement(current: linkTarget(revision))
        if before != wanted { try put(wanted) }
        let view = try await tampering { try await lookBeforeTelling(inPlace) }
        let mended = knowledge.takeMended(revision) ?? (wasPlaced && before != wanted ? complaint(about: before, wanted) : nil)
        guard before != wanted || mended != nil else {
            if !isDivided { knowledge.placed(inPlace, nil) }
            return nil
        }
        // What it holds now may not be what was loaded from it.
        knowledge.placed(inPlace, view)
        try await hook?.run(environment: environment(revision))
        try lookAfterLoading(.environment)
        return mended
    }

    private func complaint(about found: Placement, _ wanted: Placement) -> String {
        if found.current != wanted.current { return "\(current) linked to \(found.current ?? "nothing")" }
        return "\(slotDirectory) had calls divided that are not to be"
    }

    package func revert(to revision: InstalledRevision?) async throws {
        guard let revision else {
            knowledge.placed(nil, nil)
            if disk.isDirectory(slotDirectory) { try put(Placement()) }
            try await hook?.run(environment: environment(nil))
            return
        }
        let inPlace = InPlace(current: try await sealed(revision))
        try put(Placement(current: linkTarget(revision)))
        knowledge.placed(inPlace, try await tampering { try await lookBeforeTelling(inPlace) })
        try await hook?.run(environment: environment(revision))
        try lookAfterLoading(.environment)
    }

    package func probe(_ revision: InstalledRevision) async throws -> String? {
        let inPlace = knowledge.inPlace
        let answer: Result<String?, any Error>
        do {
            if let canary = inPlace?.division?.canary, canary.installed == revision {
                let rule = canary.rule.name
                answer = .success(try await canaryProbe?.ask(for: revision, rule: rule, environment: environment(revision, rule: rule)))
            } else {
                answer = .success(try await hostProbe?.ask(for: revision, environment: environment(revision)))
            }
        } catch {
            try Task.checkCancellation()
            answer = .failure(error)
        }
        // Who is told by a signal loads when it likes; when it answers, it has.
        if let inPlace, inPlace.holds(revision) {
            try lookAfterLoading(.disturbed)
            if case .success = answer { knowledge.placed(inPlace, nil) }
        }
        return try answer.get()
    }

    package func isInPlace(_ revision: InstalledRevision) -> Bool {
        disk.target(ofLink: current) == linkTarget(revision) && disk.isDirectory(path(of: revision), followingLinks: false)
    }

    package func change(in revision: InstalledRevision) -> String? {
        guard let inPlace = knowledge.inPlace, inPlace.holds(revision) else { return nil }
        do {
            _ = try look(at: inPlace)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The version's directory, checked just now.
    func sealed(_ revision: InstalledRevision) async throws -> VersionSeal {
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
    func lookBeforeTelling(_ inPlace: InPlace) async throws -> SlotView {
        do {
            try await waitUntilPast(try look(at: inPlace).newest)
            return try look(at: inPlace)
        } catch let error as FileError where error.isAbsence || error.isForeign {
            throw Tampering(error.path, "\(error)")
        }
    }

    /// Whether the host found what was checked: nothing on the way there was changed since.
    private func lookAfterLoading(_ kind: SlotFailure.Kind) throws {
        guard let inPlace = knowledge.inPlace, let view = knowledge.view else { return }
        do {
            let found = try look(at: inPlace)
            guard found == view else { throw Tampering(slotDirectory, "the way from current to the version was changed and changed back") }
        } catch {
            knowledge.placed(nil, nil)
            let tampering = error as? Tampering ?? Tampering(slotDirectory, "\(error)")
            throw SlotFailure(
                Tampering(
                    "while the host was loading \((inPlace.division?.seal ?? inPlace.current).revision.version)", tampering.description),
                kind)
        }
    }

    func tampering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let tampering as Tampering { throw SlotFailure(tampering) }
    }
}
