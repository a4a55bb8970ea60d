import GraftAPI
import KubeCore

/// What a rollout asks of the hosts below its cutoffs, and how their reports are read.
struct Assignment: Equatable, Sendable {
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
    /// Name of the rule by which hosts are to divide calls between it and the stable revision; nil: all calls are its.
    var rule: String?
    /// Of which restart hosts must have loaded it; nil: of none.
    var restart: Instant?
    /// The target is quarantined, and hosts keep what they have: the plan names it for nobody.
    var isForNobody = false

    /// - Parameter isInWave: it is asked by the wave that was opened last.
    func standing(of host: HostFacts, isAsked: Bool, isInWave: Bool) -> Standing {
        let report = report(of: host)
        // Whoever holds a host takes its word away as well: that of a node that is not to be believed, for one.
        if isAsked, !host.isHeld, let report, let asked = report.target, isModuleFailure(asked) {
            return asked.state == .reverted && report.active != nil ? .reverted : .failed
        }
        guard host.isReady else {
            if isInWave, diedOfIt(report, host) { return .lost }
            return isAsked && hasVanished(report, host) ? .vanished : .absent
        }
        if !host.incompatibilities.isEmpty, host.incompatibilities[target.revision] != nil { return .incompatible }
        if rule != nil && !host.canRoute || restart != nil && !host.canRestart { return .incompatible }
        if host.claimedBy != nil { return .claimed }
        guard isAsked else { return host.isHeld ? .held : standingBeyondWaves(of: host, report) }
        // It has answered that nothing is asked of it, and has nothing to get to.
        if isForNobody, let report, report.target == nil, !serves(report) { return host.isHeld ? .held : .bystander }
        let progress = progress(report)
        return host.isHeld && progress != .settled ? .held : progress
    }

    /// Of a host that is Ready and asked by no wave. A restart asks for one revision, within its waves and beyond: who was away and runs another one
    /// leaves that for it, and is as much in flight as those that a wave asks. Who has nothing has nothing to lose.
    private func standingBeyondWaves(of host: HostFacts, _ report: SlotStatus?) -> Standing {
        guard restart != nil, let active = host.slot?.active, active.revision != target.revision else { return .bystander }
        if let asked = report?.target, asked.state == .reverted, isModuleFailure(asked) { return .bystander }
        let progress = progress(report)
        return progress.isInFlight ? progress : .bystander
    }

    /// What a host reported, or why it stands where it does, for people.
    func detail(of host: HostFacts, _ standing: Standing) -> String? {
        let report = report(of: host)
        switch standing {
        case .absent, .held, .bystander, .settled: return nil
        case .lost: return "it vanished while it soaked"
        case .vanished: return "it vanished after it was asked"
        case .claimed: return host.claimedBy.map { "its slot belongs to \($0)" }
        case .incompatible:
            if let reason = host.incompatibilities[target.revision] { return reason }
            return restart == nil
                ? "it can't divide calls between two versions, as setTraffic asks" : "its agent can't have it load anew what it runs"
        case .rerouting: return "divides calls by another rule"
        case .failed, .reverted, .stuck: return report?.target.map(text)
        case .activating: return report?.target?.state.rawValue
        case .preparing:
            guard let report else { return "has not answered the plan" }
            if serves(report), let previous, (report.target?.state ?? .active) == .active {
                return "staging \(previous.revision) to go back to"
            }
            // What it reports is from before it was asked to load that anew.
            if restart != nil, report.target?.state == .active { return "has not answered the plan" }
            return report.target?.state.rawValue ?? "has not answered the plan"
        }
    }

    /// The part of a host's report that is about this assignment; all else is ignored.
    private func report(of host: HostFacts) -> SlotStatus? {
        guard let slot = host.slot, let plan, slot.owner.planUID == plan.uid, slot.rollout == rollout else { return nil }
        if let asked = slot.target, asked.revision != target.revision { return nil }
        return slot
    }

    private func isModuleFailure(_ asked: SlotTarget) -> Bool {
        asked.blame == .module && (asked.state == .failed || asked.state == .reverted)
    }

    /// Whether some calls at least are the revision's.
    private func serves(_ report: SlotStatus) -> Bool { hasLoaded(report) || isBeside(report) }
    /// Whether it has loaded the revision, and within the restart, if there is one.
    func hasLoaded(_ report: SlotStatus) -> Bool {
        report.active?.revision == target.revision && (restart == nil || report.restarted == restart)
    }
    private func isBeside(_ report: SlotStatus) -> Bool { report.canary?.revision == target.revision }
    /// Whether as many calls are the revision's as are asked.
    private func isDivided(_ report: SlotStatus) -> Bool {
        guard let rule else { return report.canary == nil }
        return isBeside(report) && report.canary?.rule == rule
    }

    /// Whether a host that is not Ready had activated the revision, and was last seen before its soak was over.
    private func diedOfIt(_ report: SlotStatus?, _ host: HostFacts) -> Bool {
        guard let report, host.isLastActivated, !host.isHeld else { return false }
        let hasActivated: Bool
        switch report.target?.state {
        case .activating, .probing: hasActivated = true
        case .active, nil: hasActivated = serves(report)
        default: hasActivated = false
        }
        guard hasActivated else { return false }
        // Long dead when its soak began: not of it.
        if let opened = wave.startTime, let seen = host.lastSeen, seen < opened.time - Assignment.leaseDuration { return false }
        guard let settled = wave.settledTime else { return true }
        return host.lastSeen.map { $0 < settled.time } ?? false
    }

    /// Whether it was Ready when the last wave was opened, be it asked by that one or by one before, and is not known to be active on what
    /// it was asked for.
    private func hasVanished(_ report: SlotStatus?, _ host: HostFacts) -> Bool {
        if isProven || host.isHeld || report.map(serves) ?? false { return false }
        if vanished.contains(host.name) { return true }
        guard let seen = host.lastSeen, let opened = wave.startTime else { return false }
        return seen > opened.time - Assignment.leaseDuration && seen > leaderSince + .seconds(5)
    }

    /// A host whose agent gave a sign of life within it counts as Ready.
    private static let leaseDuration = Duration.seconds(60)

    private func progress(_ report: SlotStatus?) -> Standing {
        guard let report else { return .preparing }
        guard let asked = report.target else { return serves(report) ? settledOnceStaged(report) : .preparing }
        switch asked.state {
        case .active: return serves(report) ? settledOnceStaged(report) : .preparing
        // What serves already is at most given other calls.
        case .activating, .probing: return isBeside(report) ? .rerouting : .activating
        case .held: return .held
        case .failed, .reverted, .unsupported: return .stuck
        // A reason in a state of progress is a setback that the agent is trying to get over.
        case .empty, .fetching, .verifying, .staged:
            return asked.blame == .environment ? .stuck : isBeside(report) ? .rerouting : .preparing
        }
    }

    private func settledOnceStaged(_ report: SlotStatus) -> Standing {
        guard isDivided(report) else { return .rerouting }
        guard let previous, previous.revision != target.revision, !report.staged.contains(previous.revision) else { return .settled }
        // Where calls are divided it serves the others: hosts list as staged what is beside the active one.
        return report.active?.revision == previous.revision ? .settled : .preparing
    }

    private func text(of asked: SlotTarget) -> String {
        let what = asked.reason ?? asked.state.rawValue
        return asked.message.map { "\(what): \($0)" } ?? what
    }
}
