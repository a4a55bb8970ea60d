import GraftAPI
import KubeCore

/// Conditions, as kstatus and GitOps tools read them: Ready, Progressing, Verified and Compatible always, Reconciling and Stalled
/// only while they are true.
struct ConditionsWriter {
    private let deliberation: Deliberation
    private let message: String
    private var situation: Situation { deliberation.situation }

    init(_ deliberation: Deliberation, message: String) {
        self.deliberation = deliberation
        self.message = message
    }

    func write(to conditions: inout [Condition]) {
        let isReady = situation == .atRest
        set(&conditions, "Ready", isReady ? .isTrue : .isFalse, isReady ? "Delivered" : reason, message)
        let isProgressing = deliberation.isRunning && stalledReason == nil && situation != .paused
        set(&conditions, "Progressing", isProgressing ? .isTrue : .isFalse, isReady ? "Complete" : reason, message)
        writeVerified(&conditions)
        writeCompatible(&conditions)
        setWhileTrue(&conditions, "Reconciling", isReady || stalledReason != nil ? nil : reason)
        setWhileTrue(&conditions, "Stalled", stalledReason)
    }

    private func writeVerified(_ conditions: inout [Condition]) {
        if let refusal = refusal(.verified) { return set(&conditions, "Verified", .isFalse, refusal.reason, refusal.message) }
        guard let name = deliberation.observation.wanted.revision, let facts = deliberation.revisions[name] else {
            return set(&conditions, "Verified", .unknown, "NotVerifiedYet", "What the spec asks for is not verified yet.")
        }
        if let refusal = deliberation.objection {
            return set(&conditions, "Verified", .isFalse, refusal.reason, refusal.message)
        }
        if let allowance = facts.allowance {
            return set(&conditions, "Verified", .isTrue, "VerifiedUpToWeight", allowance.refusal.message)
        }
        set(
            &conditions, "Verified", .isTrue, "SignatureVerified",
            facts.evidence ?? "\(facts.version) (\(facts.digest)) carries the signatures that policies demand.")
    }

    private func writeCompatible(_ conditions: inout [Condition]) {
        if let refusal = refusal(.compatible) { return set(&conditions, "Compatible", .isFalse, refusal.reason, refusal.message) }
        if case .incompatible = situation { return set(&conditions, "Compatible", .isFalse, "IncompatibleHosts", message) }
        guard let name = deliberation.observation.wanted.revision, let facts = deliberation.revisions[name] else {
            return set(&conditions, "Compatible", .unknown, "NotCheckedYet", "What the spec asks for is not checked yet.")
        }
        let isDivided = deliberation.rule != nil
        let skipped = deliberation.observation.hosts.byKind.reduce(0) { count, kind in
            let isSkipped = kind.facts.isReady && (isDivided && !kind.facts.canRoute || kind.facts.incompatibilities[name] != nil)
            return isSkipped ? count + kind.hosts : count
        }
        let rest = skipped == 0 ? "" : "; \(skipped) that can't are skipped"
        set(&conditions, "Compatible", .isTrue, "CompatibleHosts", "Hosts can run \(facts.version)\(rest).")
    }

    private func refusal(_ aspect: Refusal.Aspect) -> Refusal? {
        if case .refused(let refusal) = deliberation.observation.wanted, refusal.aspect == aspect { return refusal }
        if case .refused(let refusal) = situation, refusal.aspect == aspect { return refusal }
        return nil
    }

    /// Why it will not go on by itself; nil while it does, or may.
    private var stalledReason: String? {
        switch situation {
        case .refused, .condemned, .quarantined, .conflict, .incompatible, .held, .stalled, .frozen, .overdue, .inconclusive: reason
        case .distrusted(let distrust): distrust.course == .checking ? nil : reason
        case .moving(let wave): wave.isStuck ? reason : nil
        case .preflight(let progress): progress.exceeds ? reason : nil
        case .heldByFreeze(let freeze): freeze.until == nil ? reason : nil
        case .heldByBudget, .awaitingNeeds, .atRest, .paused, .pending, .noHosts, .pauseStep, .awaitingApproval, .waitsForSignature,
            .soaking, .awaitingSigns, .noCanary, .analysing, .awaitingVerdict, .awaitingSamples:
            nil
        }
    }

    private var reason: String {
        switch situation {
        case .atRest: "Delivered"
        case .paused: "Paused"
        case .pending: "Resolving"
        case .refused(let refusal): refusal.reason
        case .distrusted: "Distrusted"
        case .waitsForSignature: "WaitsForSignature"
        case .condemned(_, .rejected, _, _): "Rejected"
        case .condemned: "RolledBack"
        case .quarantined: "Quarantined"
        case .conflict: "SlotConflict"
        case .incompatible: "IncompatibleHosts"
        case .noHosts: "NoHosts"
        case .frozen: "FleetUnhealthy"
        case .heldByFreeze: "FreezeWindow"
        case .heldByBudget: "BudgetExhausted"
        case .awaitingNeeds: "NeedUnmet"
        case .pauseStep: "StepPaused"
        case .awaitingApproval: "ApprovalNeeded"
        case .overdue: "DeadlineExceeded"
        case .inconclusive: "AnalysisInconclusive"
        case .analysing: "Analysing"
        case .awaitingVerdict: "VerdictNeeded"
        case .awaitingSamples: "SamplesNeeded"
        case .moving(let wave) where wave.isStuck: "EnvironmentFailure"
        case .stalled: "EnvironmentFailure"
        case .noCanary: "NoActiveCanary"
        case .preflight(let progress): progress.exceeds ? "PreflightFailed" : "Preflight"
        case .held: "NoRollbackTarget"
        case .moving, .soaking, .awaitingSigns:
            if deliberation.isRestarting {
                "Restarting"
            } else {
                deliberation.status.rollout?.kind == .return ? "RollingBack" : "RollingOut"
            }
        }
    }

    private func setWhileTrue(_ conditions: inout [Condition], _ type: String, _ reason: String?) {
        guard let reason else { return conditions.removeAll { $0.type == type } }
        set(&conditions, type, .isTrue, reason, message)
    }

    private func set(_ conditions: inout [Condition], _ type: String, _ status: Condition.Status, _ reason: String, _ message: String) {
        conditions.set(
            Condition(
                type: type, status: status, reason: reason, message: message.bounded(to: 8000),
                observedGeneration: deliberation.observation.generation, lastTransitionTime: deliberation.now.wholeSeconds))
    }
}
