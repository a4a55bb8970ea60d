import GraftAPI
import KubeCore

extension Deliberation {
    /// What walking towards a cutoff came to.
    enum Walk { case waiting, changed, arrived }

    /// Takes the rollout further: waves, steps, pauses, and its end.
    func progress(_ roster: Roster) -> Bool {
        notice(roster)
        if rollout.overdue != nil {
            situation = isInconclusive ? .inconclusive : .overdue
            return false
        }
        switch rollout.kind {
        case .return: return walkToAll(roster, limits: [strategy.rollbackMaxUnavailable, rollout.maxUnavailable], soak: .zero)
        case .initial: return progressFirst(roster)
        case .restart: return walkToAll(roster, limits: [strategy.maxUnavailable], soak: .seconds(strategy.soakSeconds))
        case .steps: return progressStep(roster)
        }
    }

    /// What got further since the last decision: the deadline is reckoned from it.
    private func notice(_ roster: Roster) {
        if roster.settled > rollout.progress.hosts {
            rollout.progress.hosts = roster.settled
            rollout.progress.time = Instant(now)
        }
        noticeProof(roster)
        let isActivating = roster.count(of: .activating) > 0
        guard isActivating != (status.rollout?.progress.activatingSince != nil) else { return }
        rollout.progress.activatingSince = isActivating ? Instant(now) : nil
    }

    func walkToAll(_ roster: Roster, limits: [CountOrShare?], soak: Duration) -> Bool {
        let allowance = allowance
        let weight = allowance?.weight ?? .all
        if rollout.wave.goal.isEmpty || rollout.weight < weight {
            rollout.wave.goal = WavePlanner(roster, strategy).goal(of: weight).merged(with: CutoffMap(rollout.wave.below)).list
        }
        rollout.weight = max(rollout.weight, weight)
        switch walk(roster, limits: limits, soak: soak) {
        case .waiting: return false
        case .changed: return true
        case .arrived:
            // The end of a restart brings nothing to anyone: there may be nobody who has it, or nobody at all.
            let needsCanary = weight != .none && rollout.cause != .restartEnded
            guard !needsCanary || hasCanary(roster) else { return isRetreatingForLackOfCanaries(roster) }
            if let allowance { return awaitSignature(allowance) }
            finish(roster)
            return true
        }
    }

    /// Opens waves towards the goal, one after another, each when the one before is settled.
    func walk(_ roster: Roster, limits: [CountOrShare?], soak: Duration) -> Walk {
        if rollout.wave.number > 0, rollout.wave.settledTime == nil {
            if let waiting = settle(roster, soak: soak) { return waiting }
        }
        let limit = max(1, limits.compactMap { $0?.count(of: roster.movable) }.min() ?? 1)
        let below = CutoffMap(rollout.wave.below)
        let goal = CutoffMap(rollout.wave.goal)
        let inFlight = roster.inFlight
        // Who vanished keeps others from being asked, but not what is done from being done.
        let blocking = below.covers(goal) ? inFlight - roster.count(of: .vanished) : inFlight
        guard blocking < limit else { return stall(roster, limit: limit) }
        guard !below.covers(goal) else { return .arrived }
        // Where it does not fit, what is decided next is that it is held.
        guard let next = nextWave(roster, from: below, to: goal, room: limit - inFlight) else { return .changed }
        openWave(roster, from: below, to: next, inFlight: inFlight, limit: limit)
        return .changed
    }

    private func openWave(_ roster: Roster, from: CutoffMap, to next: CutoffMap, inFlight: Int, limit: Int) {
        var wave = WaveStatus()
        wave.number = rollout.wave.number + 1
        wave.from = from.list
        wave.below = next.list
        wave.goal = rollout.wave.goal
        wave.startTime = Instant(now)
        let (begin, end) = (ZoneCutoffs(from, roster.fleet.zones), ZoneCutoffs(next, roster.fleet.zones))
        var hosts = 0
        for entry in roster.placed({ !$0.isReady || $0.costsBudget }) {
            let isAsked = end.admits(entry.zone, entry.rank)
            if !isAsked, !entry.isReady { wave.absentBystanders += 1 }
            if isAsked, entry.costsBudget, !begin.admits(entry.zone, entry.rank) { hosts += 1 }
        }
        rollout.wave = wave
        rollout.progress.time = Instant(now)
        events.append(.waveOpened(number: wave.number, hosts: hosts, inFlight: inFlight, limit: limit))
    }

    /// Waits until the last wave's hosts are active and have stayed so; nil when they have.
    func settle(_ roster: Roster, soak: Duration) -> Walk? {
        if rollout.wave.soakStartTime == nil {
            let moving = roster.moving
            if let first = moving.first {
                guard now >= deadline else {
                    situation = .moving(waveProgress(roster, moving))
                    wake(at: deadline)
                    return .waiting
                }
                if blameForDeadline(moving, roster) { return .changed }
                events.append(.leftBehind(hosts: moving.count, example: example(first, roster)))
            }
            rollout.wave.soakStartTime = Instant(now)
            rollout.progress.time = Instant(now)
        }
        let end = rollout.wave.soakStartTime!.time + soak
        guard now >= end else {
            situation = .soaking(hosts: roster.placed { $0.isInWave && $0.standing == .settled }.count, until: end)
            wake(at: end)
            return .waiting
        }
        // A host that died is noticed only when its Lease runs out: it must have given a sign of life late in its soak.
        if soak > .zero, let silent = silent(roster, since: end - Deliberation.signPeriod).first {
            situation = .awaitingSigns(host: roster.name(silent))
            wake(at: now + .seconds(5))
            return .waiting
        }
        rollout.wave.settledTime = Instant(now)
        rollout.progress.time = Instant(now)
        return nil
    }

    /// Leases are renewed every 20 s; with some patience.
    private static let signPeriod = Duration.seconds(25)

    /// Hosts of the wave that have given no sign of life since.
    private func silent(_ roster: Roster, since: Timestamp) -> [Roster.Entry] {
        let silent = roster.placed { $0.isInWave && $0.standing == .settled }.filter { roster.lastSeen($0).map { $0 < since } ?? false }
        if !observation.hosts.areSignsCurrent { unheard = silent.map(roster.name) }
        return silent
    }

    /// As many hosts are in flight as may be: nothing more is asked until some are settled.
    private func stall(_ roster: Roster, limit: Int) -> Walk {
        let inFlight = roster.placed(\.standing.isInFlight)
        guard let first = inFlight.first else { return .waiting }
        guard now >= deadline else {
            situation = .moving(waveProgress(roster, inFlight))
            wake(at: deadline)
            return .waiting
        }
        if blameForDeadline(inFlight, roster) { return .changed }
        situation = .stalled(StallFacts(hosts: inFlight.count, limit: limit, example: example(first, roster)))
        return .waiting
    }

    /// Hosts have this long from the last progress, or from the moment a host that was hindered at last activates. No time passes
    /// for a new leader's first minute: it has just begun to hear from hosts.
    var deadline: Timestamp {
        let progress = rollout.progress
        let last = [progress.time, progress.activatingSince].compactMap { $0?.time }.max() ?? now
        return max(last + .seconds(strategy.progressDeadlineSeconds), observation.leaderSince + observation.leaderGrace)
    }

    /// Past the deadline: goes back when a host hangs in the module itself. What hangs before that is the environment's.
    private func blameForDeadline(_ hosts: Roster.Selection, _ roster: Roster) -> Bool {
        guard isForward else { return false }
        let hanging = hosts.placed { $0.standing.hasFailed || $0.standing == .activating }
        guard let first = hanging.first else { return false }
        let consequence = strategy.onDeadline
        guard consequence == .rollback else {
            return standStill(
                "\(count(hanging)) did not become active within \(strategy.progressDeadlineSeconds) s; \(example(first, roster))")
        }
        return retreat(
            .deadline,
            reason: "\(count(hanging)) did not become active within "
                + "\(strategy.progressDeadlineSeconds) s (progressDeadlineSeconds); \(example(first, roster))".asSentence)
    }

    private func count(_ hosts: Roster.Selection) -> String { "\(hosts.count) host\(hosts.count == 1 ? "" : "s")" }

    /// A step, and a rollout, needs at least one host that is active on what it delivers.
    func hasCanary(_ roster: Roster) -> Bool { roster.settled > 0 }

    func isRetreatingForLackOfCanaries(_ roster: Roster) -> Bool {
        guard roster.eligible > 0 else {
            situation = .noHosts(selected: roster.entries.count)
            return false
        }
        let failed = roster.placed(\.standing.hasFailed)
        situation = .noCanary(failed: failed.count)
        guard !failed.isEmpty else { return false }
        wake(at: deadline)
        return now >= deadline && blameForDeadline(failed, roster)
    }

    /// What was rolled out is stable now.
    func finish(_ roster: Roster?) {
        if rollout.kind != .return, rollout.kind != .restart, let canary = status.canary {
            judge(canary, .good, "It reached every host and stayed.")
            status.previous = allowed(status.stable)
            status.stable = canary
        }
        status.canary = nil
        rollout.state = .complete
        if spec.set != nil, rollout.kind != .restart { rollout.endTime = Instant(now) }
        rollout.weight = .all
        rollout.traffic = nil
        rollout.wave.below = CutoffMap.all.list
        rollout.progress.suspendedSince = nil
        rollout.vanishedHosts = []
        rollout.lostHosts = []
        endChecks("It ended with the rollout.")
        if rollout.kind == .restart {
            events.append(.restartCompleted(rollout: rollout.id, version: label(status.stable), hosts: roster?.settled ?? 0))
        } else {
            events.append(.completed(rollout: rollout.id, to: label(status.stable), hosts: roster?.settled ?? 0))
        }
    }

    private func waveProgress(_ roster: Roster, _ waiting: Roster.Selection) -> WaveProgress {
        let wave = roster.placed { $0.isInWave && ($0.standing.isEligible || $0.standing == .settled) }
        let stuck = waiting.placed { $0.standing == .stuck }.first
        return WaveProgress(
            number: rollout.wave.number, hosts: wave.count, settled: wave.placed { $0.standing == .settled }.count,
            example: (stuck ?? waiting.first).map { example($0, roster) } ?? "", isStuck: stuck != nil, deadline: deadline)
    }

    private func example(_ entry: Roster.Entry, _ roster: Roster) -> String {
        "\(roster.name(entry)): \(roster.detail(entry) ?? "waiting")"
    }
}
