import GraftAPI
import KubeCore

/// Writes what people and other programs read in the status: one function, from the state and why nothing more follows now.
struct StatusWriter {
    private let deliberation: Deliberation
    private let roster: Roster?
    private var rollout: RolloutStatus? { deliberation.status.rollout }

    init(_ deliberation: Deliberation, roster: Roster?) {
        self.deliberation = deliberation
        self.roster = roster
    }

    func write(to status: inout ModuleDeploymentStatus) {
        status.observedGeneration = deliberation.observation.generation
        status.phase = phase
        status.hosts = counts
        status.summary = summary
        status.message = Messages(deliberation, hosts: status.hosts).sentence
        let conditions = ConditionsWriter(deliberation, message: status.message)
        conditions.write(to: &status.conditions)
    }

    private var phase: ModuleDeploymentStatus.Phase {
        let isReturning = rollout?.kind == .return && rollout?.cause != .restartEnded && deliberation.isRunning
        switch deliberation.situation {
        case .atRest: return .healthy
        case .paused, .frozen, .heldByFreeze, .heldByBudget, .awaitingNeeds, .pauseStep, .awaitingApproval, .overdue, .inconclusive,
            .awaitingVerdict, .waitsForSignature:
            return .paused
        case .pending: return deliberation.status.stable == nil ? .verifying : .progressing
        case .refused, .condemned, .quarantined, .conflict, .incompatible:
            return deliberation.status.stable == nil && rollout?.state != .held ? .pending : .degraded
        case .noHosts: return isReturning ? .rollingBack : .pending
        case .moving, .preflight, .soaking, .awaitingSigns, .noCanary, .stalled, .analysing, .awaitingSamples:
            return isReturning ? .rollingBack : .progressing
        case .held, .distrusted: return .degraded
        }
    }

    private var counts: HostCounts {
        var counts = HostCounts()
        let hosts = deliberation.observation.hosts
        if let roster {
            counts.active = roster.active
            counts.eligible = roster.eligible
            counts.updated = roster.settled + roster.count(of: .rerouting)
            counts.failed = failed(roster)
            counts.skipped = roster.count(of: .absent, .vanished, .held)
            counts.incompatible = roster.count(of: .incompatible)
        } else {
            for kind in hosts.byKind {
                if kind.facts.slot?.active != nil { counts.active += kind.hosts }
                if kind.facts.isReady, !kind.facts.isHeld { counts.eligible += kind.hosts }
            }
            counts.skipped = hosts.count - counts.eligible
        }
        counts.summary = "\(counts.updated)/\(counts.eligible)"
        return counts
    }

    /// Hosts the module failed, those of this rollout that are back meanwhile as well.
    private func failed(_ roster: Roster) -> Int {
        let failed = roster.count(\.isModuleFailure)
        guard deliberation.isRunning, let known = rollout?.lostHosts, !known.isEmpty else { return failed }
        let lost = Set(known)
        return failed + lost.lazy.compactMap(roster.entry).count { !$0.standing.isModuleFailure }
    }

    private var summary: StatusSummary {
        var summary = StatusSummary()
        let status = deliberation.status
        let stable = status.stable.map { deliberation.label($0) }
        let canary = status.canary.map { deliberation.label($0) }
        switch (rollout?.kind, stable, canary) {
        case (.return?, let stable?, let canary?): summary.version = "\(canary) → \(stable)"
        case (_, let stable?, let canary?): summary.version = "\(stable) → \(canary)"
        case (_, let version?, nil), (_, nil, let version?): summary.version = version
        case (_, nil, nil): break
        }
        guard let rollout else { return summary }
        if rollout.kind == .steps, deliberation.isRunning {
            let count = StepSchedule(deliberation.strategy).count
            summary.step = "\(min(rollout.stepIndex + 1, count))/\(count)"
        }
        summary.weight = rollout.weight.description
        if deliberation.isRunning, let traffic = rollout.traffic { summary.weight += " × \(traffic.inShort)" }
        return summary
    }
}
