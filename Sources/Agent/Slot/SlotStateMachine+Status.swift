package import GraftAPI

extension SlotStateMachine {
    /// What the host says of this slot; nil while it belongs to nobody.
    package var status: SlotStatus? {
        guard let owner = record.owner else { return nil }
        var status = SlotStatus()
        status.name = record.slot
        status.owner = owner
        status.rollout = record.rollout
        status.active = record.active.map {
            ActiveRevision(
                revision: $0.revision, digest: $0.digest, version: $0.version, since: record.activeSince, evidenceHash: record.evidence[$0])
        }
        status.canary = record.canary.map { canary in
            let installed = canary.installed
            return RoutedRevision(
                revision: installed.revision, digest: installed.digest, version: installed.version, since: record.canarySince,
                evidenceHash: record.evidence[installed], rule: canary.rule.name)
        }
        status.trust = record.trust
        status.target = target
        status.ahead = aheadStatus
        status.restarted = record.active == nil ? nil : record.restarted
        status.staged = record.staged.filter { $0 != record.active }.prefix(16).map(\.revision)
        return status
    }

    /// `net/filter=1.0.0 (1.1.0 Reverted)`.
    package var summary: String? {
        guard record.owner != nil else { return nil }
        let beside = record.canary.map { "&\($0.installed.version)" } ?? ""
        let active = "\(record.slot)=\(record.active?.version ?? "none")\(beside)"
        guard let target, target.state != .active, target.state != .empty else { return active }
        return "\(active) (\(targetVersion ?? target.revision) \(target.state.rawValue))"
    }

    private var targetVersion: String? {
        record.candidate?.version ?? (asked?.target?.version) ?? record.rejected?.version
    }

    private var target: SlotTarget? {
        switch record.step {
        case .activating: return SlotTarget(revision: record.candidate!.revision, state: .activating)
        case .probing: return SlotTarget(revision: record.candidate!.revision, state: .probing)
        case .reverting:
            if let rejected = record.rejected { return SlotTarget(revision: rejected.revision, state: .probing) }
            return record.active.map { SlotTarget(revision: $0.revision, state: .activating) }
        case .unloading: return record.active.map { SlotTarget(revision: $0.revision, state: .activating) }
        case .soaking, .resting: return targetAtRest
        }
    }

    private var targetAtRest: SlotTarget? {
        guard let asked else {
            return rejection ?? record.active.map { SlotTarget(revision: $0.revision, state: .active) }
        }
        if asked.action == .unload, record.active == nil { return SlotTarget(revision: "", state: .empty) }
        if let refusal { return describe(refusal, asked) }
        guard let wanted = asked.target else { return nil }
        if let rejected = record.rejected, rejected.rollout == asked.rollout, rejected.revision == wanted.revision { return rejection }
        if asked.rule == nil, let active = record.active, active.isNamed(by: wanted, in: asked.owner.namespace) {
            guard restartDue(asked) != nil else { return atRest(wanted, asked) }
            return setback == nil && pipeline == nil ? SlotTarget(revision: wanted.revision, state: .staged) : onItsWay(wanted)
        }
        if let rule = asked.rule, let canary = record.canary, canary.rule == rule, asks(for: canary, asked) {
            return SlotTarget(revision: wanted.revision, state: .active)
        }
        return onItsWay(wanted)
    }

    /// It runs what it is to run; that it can't load it anew, where that is asked, holds nothing up.
    private func atRest(_ wanted: RevisionReference, _ asked: SlotPlan) -> SlotTarget {
        guard asked.restart != nil, asked.restart != record.restarted, !canRestart else {
            return SlotTarget(revision: wanted.revision, state: .active)
        }
        return SlotTarget(
            revision: wanted.revision, state: .active, reason: "CannotRestart",
            message: "a restart is asked for, and this slot's driver can't have the host load anew what it runs; restart the host itself, "
                + "or set slots[].restart in the agent's configuration")
    }

    /// What is asked for is obtained, judged and staged.
    private func onItsWay(_ wanted: RevisionReference) -> SlotTarget {
        if let setback {
            return SlotTarget(
                revision: wanted.revision, state: .failed, blame: .environment, reason: setback.failure.reason,
                message: bounded(setback.failure.message))
        }
        guard let pipeline, pipeline.reference == wanted else { return SlotTarget(revision: wanted.revision, state: .fetching) }
        switch pipeline.stage {
        case .fetch: return SlotTarget(revision: wanted.revision, state: .fetching)
        case .verify: return SlotTarget(revision: wanted.revision, state: .verifying)
        case .stage, .ready: return SlotTarget(revision: wanted.revision, state: .staged)
        }
    }

    private var rejection: SlotTarget? {
        record.rejected.map {
            SlotTarget(
                revision: $0.revision, state: $0.isReverted ? .reverted : .failed, blame: .module, reason: $0.reason,
                message: bounded($0.message))
        }
    }

    private func describe(_ refusal: Refusal, _ asked: SlotPlan) -> SlotTarget {
        let revision = asked.target?.revision ?? record.active?.revision ?? ""
        switch refusal {
        case .held:
            return SlotTarget(
                revision: revision, state: .held, reason: "Held",
                message: "this host is held by the annotation \(GraftAPI.holdAnnotation); remove it to let the host follow its plan")
        case .unsupported(let features):
            return SlotTarget(
                revision: revision, state: .unsupported, blame: .environment, reason: "MissingFeature",
                message: "the plan needs \(features.joined(separator: ", ")), which this agent can't do; upgrade the agent")
        case .quarantined(let reason):
            return SlotTarget(
                revision: revision, state: .failed, blame: .environment, reason: "Quarantined",
                message: bounded("a ModuleQuarantine covers it: \(reason)"))
        case .needUnmet(let lack):
            return SlotTarget(
                revision: revision, state: .staged, blame: .environment, reason: "NeedUnmet",
                message: bounded("it is not loaded before what it needs beside it is there: \(lack)"))
        }
    }

    /// What is ready and not loaded for want of what it needs.
    package var waitingForNeeds: InstalledRevision? {
        guard case .needUnmet = refusal else { return nil }
        return pipeline?.installed
    }

    private func bounded(_ message: String) -> String { String(message.unicodeScalars.prefix(1000)) }
}
