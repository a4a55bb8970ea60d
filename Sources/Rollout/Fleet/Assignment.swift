import GraftAPI
import KubeCore

/// What a rollout asks of the hosts below its cutoffs, and how their reports are read.
struct Assignment {
    var target: RevisionReference
    /// What must be staged beside it before a host counts as Active.
    var previous: RevisionReference?
    var rollout: String
    var wave: WaveStatus
    var plan: PlanFacts?
    /// What is proven takes no host down: who vanishes on the way back is only absent.
    var isProven = false
    /// Known to have vanished after they were asked.
    var vanished: Set<String> = []
    /// Signs of life seen before are a predecessor's hearsay.
    var leaderSince = Timestamp(seconds: 0)

    func standing(of member: Fleet.Member, below cutoffs: CutoffMap, from start: CutoffMap) -> Standing {
        let host = member.host
        let isAsked = cutoffs.admits(zone: member.host.zone, rank: member.rank)
        let report = report(of: host)
        // Whoever holds a host takes its word away as well: that of a node that is not to be believed, for one.
        if isAsked, !host.isHeld, let failure = moduleFailure(report, host) { return failure }
        guard host.isReady else {
            let isInWave = isAsked && !start.admits(zone: member.host.zone, rank: member.rank)
            if isInWave, diedOfIt(report, host) { return .lost }
            return isAsked && hasVanished(report, host, isInWave) ? .vanished : .absent
        }
        if let reason = host.incompatibilities[target.revision] { return .incompatible(reason) }
        if let owner = host.claimedBy { return .claimed(owner) }
        guard isAsked else { return host.isHeld ? .held : .bystander }
        let progress = progress(report, host)
        return host.isHeld && progress != .settled ? .held : progress
    }

    /// The part of a host's report that is about this assignment; all else is ignored.
    private func report(of host: HostFacts) -> SlotStatus? {
        guard let slot = host.slot, let plan, slot.owner.planUID == plan.uid, slot.rollout == rollout else { return nil }
        if let asked = slot.target, asked.revision != target.revision { return nil }
        return slot
    }

    private func moduleFailure(_ report: SlotStatus?, _ host: HostFacts) -> Standing? {
        guard let asked = report?.target, asked.blame == .module, asked.state == .failed || asked.state == .reverted else { return nil }
        return .failed(text(of: asked), serves: asked.state == .reverted && report?.active != nil)
    }

    /// Whether a host that is not Ready had activated the revision, and was last seen before its soak was over.
    private func diedOfIt(_ report: SlotStatus?, _ host: HostFacts) -> Bool {
        guard let report, host.isLastActivated, !host.isHeld else { return false }
        let hasActivated: Bool
        switch report.target?.state {
        case .activating, .probing: hasActivated = true
        case .active, nil: hasActivated = report.active?.revision == target.revision
        default: hasActivated = false
        }
        guard hasActivated else { return false }
        guard let settled = wave.settledTime else { return true }
        return host.lastSeen.map { $0 < settled.time } ?? false
    }

    /// Whether it was Ready when its wave was opened, and is not known to be active on what it was asked for.
    private func hasVanished(_ report: SlotStatus?, _ host: HostFacts, _ isInWave: Bool) -> Bool {
        if isProven || host.isHeld || report?.active?.revision == target.revision { return false }
        if vanished.contains(host.name) { return true }
        guard isInWave, let seen = host.lastSeen, let opened = wave.startTime else { return false }
        return seen > opened.time - Assignment.leaseDuration && seen > leaderSince + .seconds(5)
    }

    /// A host whose agent gave a sign of life within it counts as Ready.
    private static let leaseDuration = Duration.seconds(60)

    private func progress(_ report: SlotStatus?, _ host: HostFacts) -> Standing {
        guard let report else { return .preparing("has not answered the plan") }
        guard let asked = report.target else {
            return report.active?.revision == target.revision ? settledOnceStaged(report) : .preparing("has not answered the plan")
        }
        switch asked.state {
        case .active: return report.active?.revision == target.revision ? settledOnceStaged(report) : .preparing("Active")
        case .activating, .probing: return .activating(asked.state.rawValue)
        case .held: return .held
        case .failed, .reverted, .unsupported: return .stuck(text(of: asked))
        case .empty, .fetching, .verifying, .staged:
            // A reason in a state of progress is a setback that the agent is trying to get over.
            return asked.blame == .environment ? .stuck(text(of: asked)) : .preparing(asked.state.rawValue)
        }
    }

    private func settledOnceStaged(_ report: SlotStatus) -> Standing {
        guard let previous, previous.revision != target.revision, !report.staged.contains(previous.revision) else { return .settled }
        return .preparing("staging \(previous.revision) to go back to")
    }

    private func text(of asked: SlotTarget) -> String {
        let what = asked.reason ?? asked.state.rawValue
        return asked.message.map { "\(what): \($0)" } ?? what
    }
}
