import GraftAPI

extension SlotStateMachine {
    /// Takes in what came of an action that `next` asked for. What was cancelled is not finished.
    package mutating func finish(_ action: SlotAction, _ result: Result<SlotOutcome, SlotFailure>, _ inputs: SlotInputs) {
        if finishAhead(action, result, inputs) { return }
        switch (action, result) {
        case (.wait, _): break
        case (.restore, .success(let outcome)):
            (isRestored, setback) = (true, nil)
            if case .restored(let mended?) = outcome { record.tampering = mended }
        case (.restore(let active), .failure(let failure)): finishRestoring(active, failure, inputs)
        case (.fetch, .success(.fetched(let installed))): advance(to: .verify, installed)
        case (.verify(let installed), .success(.verified(let evidenceHash, let stamp))):
            advance(to: .stage, installed)
            pipeline?.stamp = stamp
            record.evidence[installed] = evidenceHash
        case (.stage(let installed), .success):
            advance(to: .ready, installed)
            if !record.staged.contains(installed) { record.staged.append(installed) }
        case (.fetch(let reference, _), .failure(let failure)): suffer(failure, reference.revision, inputs)
        case (.verify(let installed), .failure(let failure)), (.stage(let installed), .failure(let failure)):
            suffer(failure, installed.revision, inputs)
            // What is not here, or no longer whole, is fetched again.
            if failure.reason == SlotFailure.missing || failure.reason == SlotFailure.damaged {
                if installed != record.active { record.staged.removeAll { $0 == installed } }
                pipeline = nil
            }
        case (.activate, .success):
            record.step = .probing
            probe = ProbeProgress(deadline: inputs.now + policy.probeDeadline)
        case (.reload, .success):
            record.step = .probing
            hasReloaded = true
            probe = ProbeProgress(deadline: inputs.now + policy.probeDeadline)
        case (.reload(let candidate), .failure(let failure)): finishActivating(candidate, failure, inputs)
        case (.activate(let candidate), .failure(let failure)): finishActivating(candidate, failure, inputs)
        case (.route, let result) where record.step != .activating: finishRouting(result, inputs)
        case (.route, .success):
            record.step = .probing
            probe = ProbeProgress(deadline: inputs.now + policy.probeDeadline)
        case (.route(let canary, _), .failure(let failure)): finishActivating(canary.installed, failure, inputs)
        case (.probe(let revision), .success(.serving(let process))): finishProbe(revision, process, inputs)
        case (.probe(let revision), .failure(let failure)): finishProbe(revision, failure, inputs)
        case (.revert(let revision), .success):
            if revision == nil { return settle(reverted: false) }
            probe = ProbeProgress(deadline: inputs.now + policy.probeDeadline, isConfirming: true)
        case (.revert(let revision), .failure(let failure)): finishReverting(revision, failure, inputs)
        case (.unload, .success):
            record.active = nil
            record.canary = nil
            record.step = .resting
            record.attempts = 0
            record.rejected = nil
            record.tampering = nil
            setback = nil
        case (.unload, .failure(let failure)): suffer(failure, nil, inputs)
        case (.fetch, .success), (.verify, .success), (.probe, .success): break
        }
    }

    private mutating func advance(to stage: Pipeline.Stage, _ installed: InstalledRevision) {
        guard pipeline != nil else { return }
        pipeline!.stage = stage
        pipeline!.installed = installed
        setback = nil
    }

    /// The environment failed: a pause, twice as long as the last, and then again.
    mutating func suffer(_ failure: SlotFailure, _ revision: String?, _ inputs: SlotInputs) {
        let count = max(setback.map { $0.revision == revision ? $0.count + 1 : 1 } ?? 1, revision == nil ? 1 : disturbances)
        setback = Setback(
            revision: revision, failure: failure, count: count, until: inputs.now + pause(count, inputs), policyStamp: inputs.policyStamp)
    }

    /// How long it takes until something is tried again that failed so often.
    func pause(_ count: Int, _ inputs: SlotInputs) -> Duration {
        min(policy.firstPause * (1 << min(count - 1, 16)), policy.longestPause) * (0.5 + inputs.random / 2)
    }

    private mutating func finishRestoring(_ active: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        switch failure.kind {
        case .unreachable, .module:
            // It is what the host loads at its next start; whether it serves shows then.
            isRestored = true
        case .environment where failure.reason == SlotFailure.missing:
            // Its bytes are gone: the slot has nothing, and obtains what the plan asks for.
            record.active = nil
            record.canary = nil
            record.staged.removeAll { $0 == active }
            if record.step == .soaking { record.step = .resting }
            (isRestored, setback) = (true, nil)
        case .environment, .disturbed:
            if failure.reason == SlotFailure.tampered { record.tampering = failure.message }
            suffer(failure, nil, inputs)
        }
    }

    private mutating func finishActivating(_ candidate: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        if failure.kind == .module { return give(up: candidate, failure, inputs) }
        if failure.kind == .disturbed { return undo(candidate, failure, inputs) }
        suffer(failure, candidate.revision, inputs)
        // An attempt before the agent's last start may have got further than this one.
        if record.attempts > 1, record.restart == nil { beginReverting() } else { record.step = .resting }
        record.restart = nil
        record.candidate = nil
        record.candidateRule = nil
        record.attempts = 0
        probe = ProbeProgress()
    }

    /// Nobody knows what the host has loaded: what was active comes back, and the candidate is tried again after a pause.
    private mutating func undo(_ candidate: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        disturbances += 1
        suffer(failure, candidate.revision, inputs)
        beginReverting()
        record.attempts = 0
    }

    private mutating func finishProbe(_ revision: InstalledRevision, _ process: String?, _ inputs: SlotInputs) {
        if record.step == .probing, revision == record.candidate { return promote(revision, process, inputs) }
        if record.step == .reverting, probe.isConfirming, revision == record.active { return settle(reverted: true) }
        guard record.step == .soaking, revision == watched else { return }
        if probe.isTakenUp {
            takeUpSoak(process, inputs)
            guard record.step == .soaking else { return }
        }
        if let before = probe.process, let process, before != process, inputs.isLastActivated {
            let message = "the host process ended within the soak time of \(revision.version)"
            return failSoak(revision, SlotFailure(.module, "HostDied", message), inputs)
        }
        probe.process = process ?? probe.process
        probe.silences = 0
        probe.next = inputs.now + policy.soakInterval
    }

    private mutating func promote(_ revision: InstalledRevision, _ process: String?, _ inputs: SlotInputs) {
        if let rule = record.candidateRule { return promoteBeside(revision, rule, process, inputs) }
        record.canary = nil
        noteRestart(of: revision)
        if record.active != revision {
            record.fallback = record.active
            record.fallbackSince = record.activeSince
        }
        record.active = revision
        record.activeSince = inputs.wallTime
        record.candidate = nil
        record.tampering = nil
        record.process = process
        disturbances = 0
        record.step = .soaking
        record.staged.removeAll { $0 == revision }
        record.staged.insert(revision, at: 0)
        probe = ProbeProgress(next: inputs.now + policy.soakInterval, soakUntil: inputs.now + policy.soak, process: process)
        setback = nil
        // A restart that was taken up: the host has it, and the driver does not know.
        isRestored = record.restart == nil || hasReloaded
    }

    private mutating func finishProbe(_ revision: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        let isOver = probe.deadline.map { inputs.now >= $0 } ?? false
        switch record.step {
        case .probing where revision == record.candidate && failure.kind == .disturbed: undo(revision, failure, inputs)
        case .probing where revision == record.candidate:
            if isOver {
                return give(up: revision, SlotFailure(.module, "ProbeFailed", failure.message), inputs)
            }
            probe.next = inputs.now + policy.probeInterval
        case .reverting where probe.isConfirming && revision == record.active:
            if isOver {
                // A host that is down loads what was put back at its next start; one that answers otherwise is in trouble.
                if failure.kind != .unreachable { explain("going back to \(revision.version) failed as well: \(failure.message)") }
                return settle(reverted: failure.kind == .unreachable)
            }
            probe.next = inputs.now + policy.probeInterval
        case .soaking where revision == watched: finishSoakProbe(revision, failure, inputs)
        default: break
        }
    }

    private mutating func finishSoakProbe(_ revision: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        probe.next = inputs.now + policy.soakInterval
        switch failure.kind {
        // Whoever looks at what is in place will see it.
        case .environment, .disturbed: break
        case .module: failSoak(revision, SlotFailure(.module, "SoakFailed", failure.message), inputs)
        case .unreachable:
            probe.silences += 1
            guard probe.silences >= policy.soakSilences, inputs.isLastActivated else { return }
            failSoak(revision, SlotFailure(.module, "HostDied", failure.message), inputs)
        }
    }

    private mutating func finishReverting(_ revision: InstalledRevision?, _ failure: SlotFailure, _ inputs: SlotInputs) {
        if failure.kind == .unreachable { return settle(reverted: revision != nil) }
        suffer(failure, nil, inputs)
        // The link is right, or can't be made so; either way other plans must have their turn.
        if setback!.count >= 3 || failure.kind == .module && setback!.count >= 2 {
            explain("going back to \(revision?.version ?? "nothing") failed: \(failure.message)")
            settle(reverted: false)
        }
    }

    private mutating func explain(_ more: String) {
        guard record.rejected != nil else { return }
        record.rejected!.message += "; \(more)"
    }

    /// The load that failed, or was called off, is over.
    private mutating func settle(reverted: Bool) {
        record.step = .resting
        record.candidate = nil
        record.candidateRule = nil
        record.attempts = 0
        record.rejected?.isReverted = reverted
        probe = ProbeProgress()
        // A load that was disturbed is tried again after its pause.
        if setback?.revision == nil || record.rejected != nil { setback = nil }
        pipeline = nil
        isRestored = true
    }
}

extension SlotFailure {
    /// The reason of a failure whose bytes are no longer on this host.
    package static let missing = "Missing"
    /// The reason of a failure whose bytes were damaged, and were removed.
    package static let damaged = "StoreDamaged"
}
