import GraftAPI
import KubeCore

/// What hosts are told apart by, where they lie in memory.
extension UnsafePointer<HostFacts> {
    /// Equal of hosts that are alike, and of others hardly ever.
    var fingerprint: UInt64 {
        var print = Fingerprint()
        print.add(flags)
        print.add(pointee.zone)
        print.add(pointee.claimedBy)
        print.add(pointee.incompatibilities)
        print.add(pointee.unmetNeeds)
        print.add(pointee.labels)
        if case .some = pointee.slot { addReport(to: &print) }
        return print.value
    }

    /// What tells hosts of one fleet apart: who has the same revision has the same digest, as a rule.
    private func addReport(to print: inout Fingerprint) {
        print.add(pointee.report.owner.planUID)
        print.add(pointee.report.rollout)
        if case .some = pointee.report.active {
            print.add(pointee.active.revision)
            print.add(pointee.active.evidenceHash)
        }
        if case .some = pointee.report.canary {
            print.add(pointee.canary.revision)
            print.add(pointee.canary.rule)
        }
        if case .some = pointee.report.target {
            print.add(pointee.target.revision)
            print.add(pointee.target.state.rawValue)
            print.add(pointee.target.message)
        }
        for index in 0..<pointee.report.staged.count { print.add(pointee.report.staged[index]) }
        if case .some = pointee.report.trust { print.add(pointee.trust.message) }
        if case .some = pointee.report.ahead {
            print.add(pointee.ahead.revision)
            print.add(pointee.ahead.message)
        }
        print.add(UInt64(bitPattern: pointee.report.restarted?.time.microseconds ?? 0))
    }

    /// Equal of hosts that are alike, and other of kinds that most often are side by side, as in a fleet in a wave: had for a tenth of what a
    /// fingerprint costs.
    var sketch: UInt64 {
        var print = Fingerprint()
        print.add(flags)
        print.add(endOf: pointee.zone)
        guard case .some = pointee.slot else { return print.value }
        print.add(UInt64(pointee.report.staged.count))
        if case .some = pointee.report.active { print.add(endOf: pointee.active.revision) }
        if case .some = pointee.report.target {
            print.add(endOf: pointee.target.revision)
            print.add(endOf: pointee.target.state.rawValue)
        }
        return print.value
    }

    private var flags: UInt64 {
        var flags: UInt64 = pointee.isReady ? 1 : 0
        if pointee.isHeld { flags |= 2 }
        if pointee.isLastActivated { flags |= 4 }
        if pointee.canRoute { flags |= 8 }
        if pointee.canStageAhead { flags |= 16 }
        if pointee.canRestart { flags |= 32 }
        return flags
    }
}

/// Parts of a report that are known to be there, to be looked at where they lie.
extension HostFacts {
    @inline(__always) var report: SlotStatus { slot.unsafelyUnwrapped }
    @inline(__always) var active: ActiveRevision { slot.unsafelyUnwrapped.active.unsafelyUnwrapped }
    @inline(__always) var canary: RoutedRevision { slot.unsafelyUnwrapped.canary.unsafelyUnwrapped }
    @inline(__always) var target: SlotTarget { slot.unsafelyUnwrapped.target.unsafelyUnwrapped }
    @inline(__always) var trust: SlotTrust { slot.unsafelyUnwrapped.trust.unsafelyUnwrapped }
    @inline(__always) var ahead: StagedAhead { slot.unsafelyUnwrapped.ahead.unsafelyUnwrapped }
}
