import GraftAPI
import KubeCore

extension Deliberation {
    /// Name of the rule by which canary hosts are to divide calls; nil while all are the canary's.
    var rule: String? {
        guard isRunning, rollout.kind == .steps else { return nil }
        return rollout.traffic?.name(salt: rollout.salt)
    }

    /// A rollout that begins now has hosts run two versions side by side. The first version of all has nothing beside it.
    var beginsDivided: Bool { status.stable != nil && StepSchedule(strategy).dividesCalls }

    /// Sends the canary the calls that the steps so far ask for. What was sent once is never taken back within a rollout, whatever becomes of its steps:
    /// one that has all calls keeps all.
    /// - Returns: whether that changed anything.
    func raiseTraffic(_ schedule: StepSchedule, _ roster: Roster) -> Bool {
        guard let traffic = rollout.traffic else { return false }
        let raised = schedule.traffic(upTo: rollout.stepIndex).flatMap { traffic.adding($0) }
        guard raised != traffic else { return false }
        rollout.traffic = raised
        if rollout.wave.number > 0 {
            reopenWave()
            rollout.wave.absentBystanders = roster.placed { !$0.isAsked && !$0.isReady }.count
        }
        events.append(
            .trafficSet(
                number: rollout.stepIndex + 1, of: schedule.count, calls: raised?.description ?? "all calls", hosts: roster.count(\.serves))
        )
        return true
    }

    /// The plan may be ahead of the status.
    func catchUp(withTraffic seen: TrafficRule?) {
        guard rollout.kind == .steps, let traffic = rollout.traffic else { return }
        let raised = seen.flatMap { traffic.adding($0) }
        guard raised != traffic else { return }
        rollout.traffic = raised
        guard rollout.wave.number > 0 else { return }
        reopenWave()
        rollout.wave.absentBystanders = absentBystanders(of: rollout.wave)
    }

    /// The hosts of all waves so far are watched as those of one that was just opened.
    func reopenWave() {
        rollout.wave.from = []
        rollout.wave.startTime = Instant(now)
        rollout.wave.soakStartTime = nil
        rollout.wave.settledTime = nil
        rollout.progress.time = Instant(now)
    }
}

extension TrafficRule {
    /// For a column: `5%`, `match`, `5% + match`.
    var inShort: String {
        let share = shares.map(\.weight).max().map { [$0.description] } ?? []
        let parts = share + (matches.isEmpty ? [] : ["match"])
        return parts.isEmpty ? "0%" : parts.joined(separator: " + ")
    }
}
