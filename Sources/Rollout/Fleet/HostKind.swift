import GraftAPI
import KubeCore

/// What many hosts have in common: everything that is known of them but their names and moments.
final class HostKind: Sendable {
    /// Without name, `lastSeen`, and the moments that a host reports: no decision looks at those.
    let facts: HostFacts
    let fingerprint: UInt64
    /// They serve some version.
    let hasActive: Bool

    init(_ facts: HostFacts, _ fingerprint: UInt64) {
        var facts = facts
        facts.name = ""
        facts.lastSeen = nil
        facts.slot?.active?.since = HostKind.noMoment
        facts.slot?.canary?.since = HostKind.noMoment
        facts.slot?.trust?.since = HostKind.noMoment
        self.facts = facts
        self.fingerprint = fingerprint
        hasActive = facts.slot?.active != nil
    }

    private static let noMoment = Timestamp(seconds: 0)
}

// Hosts are compared where they lie in memory, field by field: a copy of what is known of one counts references to thirty texts, and takes
// longer than all the rest. So optionals are looked into, and not bound, and nothing but a field is handed on. A test holds the list of
// fields to what there are.
extension HostKind {
    /// Whether all that is known of a host is what these have in common.
    func includes(_ host: UnsafePointer<HostFacts>) -> Bool {
        facts.isReady == host.pointee.isReady && facts.isHeld == host.pointee.isHeld
            && facts.isLastActivated == host.pointee.isLastActivated && facts.canRoute == host.pointee.canRoute
            && facts.canStageAhead == host.pointee.canStageAhead && facts.canRestart == host.pointee.canRestart
            && facts.zone == host.pointee.zone && isReportAlike(host) && facts.claimedBy == host.pointee.claimedBy && areTextsAlike(host)
    }

    /// Hardly any host has any of these.
    private func areTextsAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        guard facts.incompatibilities.isEmpty, host.pointee.incompatibilities.isEmpty, facts.unmetNeeds.isEmpty,
            host.pointee.unmetNeeds.isEmpty, facts.labels.isEmpty, host.pointee.labels.isEmpty
        else {
            return facts.incompatibilities == host.pointee.incompatibilities && facts.unmetNeeds == host.pointee.unmetNeeds
                && facts.labels == host.pointee.labels
        }
        return true
    }

    private func isReportAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.slot {
            if case .none = host.pointee.slot { return true }
            return false
        }
        if case .none = host.pointee.slot { return false }
        return facts.report.rollout == host.pointee.report.rollout && isTargetAlike(host) && isActiveAlike(host) && areStagedAlike(host)
            && facts.report.name == host.pointee.report.name && isOwnerAlike(host) && isCanaryAlike(host) && isTrustAlike(host)
            && isAheadAlike(host) && facts.report.restarted == host.pointee.report.restarted
    }

    private func isOwnerAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        facts.report.owner.planUID == host.pointee.report.owner.planUID && facts.report.owner.name == host.pointee.report.owner.name
            && facts.report.owner.namespace == host.pointee.report.owner.namespace
    }

    private func areStagedAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        guard facts.report.staged.count == host.pointee.report.staged.count else { return false }
        for index in 0..<facts.report.staged.count where facts.report.staged[index] != host.pointee.report.staged[index] { return false }
        return true
    }

    private func isTargetAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.report.target {
            if case .none = host.pointee.report.target { return true }
            return false
        }
        if case .none = host.pointee.report.target { return false }
        return facts.target.state == host.pointee.target.state && facts.target.blame == host.pointee.target.blame
            && facts.target.revision == host.pointee.target.revision && facts.target.reason == host.pointee.target.reason
            && facts.target.message == host.pointee.target.message
    }

    private func isActiveAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.report.active {
            if case .none = host.pointee.report.active { return true }
            return false
        }
        if case .none = host.pointee.report.active { return false }
        return facts.active.revision == host.pointee.active.revision && facts.active.digest == host.pointee.active.digest
            && facts.active.version == host.pointee.active.version && facts.active.evidenceHash == host.pointee.active.evidenceHash
    }

    private func isCanaryAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.report.canary {
            if case .none = host.pointee.report.canary { return true }
            return false
        }
        if case .none = host.pointee.report.canary { return false }
        return facts.canary.revision == host.pointee.canary.revision && facts.canary.digest == host.pointee.canary.digest
            && facts.canary.version == host.pointee.canary.version && facts.canary.evidenceHash == host.pointee.canary.evidenceHash
            && facts.canary.rule == host.pointee.canary.rule
    }

    private func isTrustAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.report.trust {
            if case .none = host.pointee.report.trust { return true }
            return false
        }
        if case .none = host.pointee.report.trust { return false }
        return facts.trust.state == host.pointee.trust.state && facts.trust.reason == host.pointee.trust.reason
            && facts.trust.message == host.pointee.trust.message
    }

    private func isAheadAlike(_ host: UnsafePointer<HostFacts>) -> Bool {
        if case .none = facts.report.ahead {
            if case .none = host.pointee.report.ahead { return true }
            return false
        }
        if case .none = host.pointee.report.ahead { return false }
        return facts.ahead.state == host.pointee.ahead.state && facts.ahead.rollout == host.pointee.ahead.rollout
            && facts.ahead.revision == host.pointee.ahead.revision && facts.ahead.reason == host.pointee.ahead.reason
            && facts.ahead.message == host.pointee.ahead.message
    }
}
