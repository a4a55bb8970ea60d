import GraftAPI

extension SlotStateMachine {
    /// After a start: takes up what was under way, or gives it up when it has ended the agent too often.
    mutating func takeUp(_ inputs: SlotInputs) {
        isFresh = false
        let counts = !record.endedCleanly
        record.endedCleanly = false
        switch record.step {
        case .resting, .reverting, .unloading: return
        case .activating, .probing:
            if counts { record.attempts += 1 }
            // What is loaded anew and was told so is told so no more.
            if record.restart == nil { record.step = .activating }
            if record.attempts > policy.attempts { give(up: record.candidate!, hostDied(record.candidate!), inputs) }
        case .soaking:
            guard counts else { return }
            // A host that says which process it is tells by its first answer whether it ended with the agent.
            if record.process != nil { probe.isTakenUp = true } else { countDeath(inputs) }
        }
    }

    /// The first answer of what soaks since the agent was killed: the host is the one before, or it died as well.
    mutating func takeUpSoak(_ process: String?, _ inputs: SlotInputs) {
        probe.isTakenUp = false
        guard let process, process != record.process else { return }
        record.process = process
        countDeath(inputs)
    }

    private mutating func countDeath(_ inputs: SlotInputs) {
        record.attempts += 1
        // Without anything to go back to a version that answered its probe is better than none.
        if record.attempts > policy.attempts, let watched, record.fallback != nil || record.canary != nil {
            failSoak(watched, hostDied(watched), inputs)
        }
    }

    private func hostDied(_ revision: InstalledRevision) -> SlotFailure {
        SlotFailure(
            .module, "HostDied", "the host ended \(record.attempts - 1) times while \(revision.version) was being taken in")
    }

    /// The candidate failed by itself: what was active before comes back.
    mutating func give(up candidate: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        reject(candidate, failure)
        if record.candidateRule != nil || record.restart != nil {
            // What serves already goes on, with all calls.
            setback = nil
            return beginReverting()
        }
        record.canary = nil
        let allowed = refuge(from: candidate, record.active, inputs)
        record.candidate = nil
        if record.active != nil, allowed == nil {
            // Everything else here is banned: a version that fails its probe is better than none.
            record.active = candidate
            record.activeSince = inputs.wallTime
            record.step = .resting
            return
        }
        if let active = record.active, active != allowed {
            record.active = allowed
            record.activeSince = inputs.wallTime
        }
        record.step = .reverting
        probe = ProbeProgress()
        setback = nil
    }

    /// What was active and watched failed by itself: back to what it replaced.
    mutating func failSoak(_ active: InstalledRevision, _ failure: SlotFailure, _ inputs: SlotInputs) {
        reject(active, failure)
        pipeline = nil
        setback = nil
        probe = ProbeProgress()
        record.attempts = 0
        if record.canary != nil || record.restart != nil { return beginReverting() }
        if let fallback = record.fallback, inputs.quarantine(of: fallback) != nil {
            record.fallback = nil
            record.step = .resting
            return
        }
        let back = record.fallback == nil ? nil : refuge(from: active, record.fallback, inputs)
        record.activeSince = back == record.fallback ? record.fallbackSince : inputs.wallTime
        record.active = back
        record.fallback = nil
        record.step = .reverting
    }

    /// What to go back to from a version that failed by itself: what was there before, unless today's policies refuse it and another version on
    /// this host that they don't. What ran a moment ago is better than nothing, even refused; of what is quarantined nothing is taken.
    private func refuge(from failed: InstalledRevision, _ before: InstalledRevision?, _ inputs: SlotInputs) -> InstalledRevision? {
        let here = [before].compactMap { $0 } + record.staged
        return here.first { $0 != failed && inputs.mayReplace($0) } ?? before.flatMap { inputs.quarantine(of: $0) == nil ? $0 : nil }
    }

    private mutating func reject(_ revision: InstalledRevision, _ failure: SlotFailure) {
        record.rejected = RejectedRevision(
            rollout: record.rollout, revision: revision.revision, version: revision.version, reason: failure.reason,
            message: failure.message, isReverted: false)
    }
}
