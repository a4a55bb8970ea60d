import GraftAPI
import KubeCore

extension Deliberation {
    /// A rollout that was complete so long before another member's began is none that was made together with it.
    static let setGrace = Duration.seconds(600)

    /// Goes back with another member of its set that was rolled out at the same time: from what is under way, or from what it came to. Once: the
    /// way back began after the other's.
    func followSet() -> Bool {
        guard spec.set != nil, let rollout = status.rollout, rollout.kind != .return, rollout.state != .held,
            let began = rollout.startTime?.time
        else { return false }
        // A restart is no rollout: it has the moments of the one before it.
        let isUnderWay = rollout.state == .running && rollout.kind != .restart
        let end = isUnderWay ? nil : rollout.endTime?.time ?? began
        let together = observation.siblings.filter { sibling in
            began <= sibling.time && (end.map { $0 + Self.setGrace >= sibling.began } ?? true)
        }
        guard let first = together.min(by: { ($0.time, $0.deployment) < ($1.time, $1.deployment) }) else { return false }
        let reason = "\(first.deployment), of the same set \(spec.set ?? ""), went back: \(first.reason)".asSentence.bounded()
        if isUnderWay { return retreat(.setRolledBack, reason: reason) }
        guard let stable = status.stable,
            let refuge = RollbackTarget.choose(from: revisions, stable: status.previous, abandoning: stable.revision)
        else { return false }
        judge(stable, .rejected, reason)
        status.canary = stable
        returnTo(refuge, cause: .setRolledBack, reason: reason)
        return true
    }

    /// What others of the set must know of a rollout that begins.
    func dateForSet(_ rollout: inout RolloutStatus) {
        guard spec.set != nil else { return }
        rollout.startTime = Instant(now)
        if rollout.kind == .return { rollout.abandonedStartTime = status.rollout?.startTime }
    }
}
