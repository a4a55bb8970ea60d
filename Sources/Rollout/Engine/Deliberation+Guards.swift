import GraftAPI
import KubeCore

extension Deliberation {
    /// What guards of the cluster hold a rollout up with. Hosts that were asked go on, and their failures count; going back needs nobody's leave.
    func guardHold(_ roster: Roster) -> Situation? {
        guard rollout.kind != .return, rollout.overdue == nil else { return nil }
        if rollout.freezeOverride == nil {
            if let freeze = observation.guards.freeze { return frozen(freeze) }
            if let next = observation.guards.nextFreeze { wake(at: next) }
        }
        return waveHold(roster)
    }

    /// What keeps a rollout from beginning; nil where someone overrode it.
    func freezeBeforeStart() -> Situation? {
        guard overriding == nil else { return nil }
        return observation.guards.freeze.map(frozen)
    }

    /// A way back never waits. Forward, to what was proven once, is as good as a rollout.
    func isHeldForward(_ wanted: RevisionFacts) -> Bool {
        guard observation.guards.freeze != nil, overriding == nil, let stable = status.stable else { return false }
        return wanted.number > revisions[stable.revision]?.number ?? .max
    }

    private func frozen(_ freeze: FreezeFacts) -> Situation {
        if observation.status.conditions["Ready"]?.reason != FreezeFacts.condition { events.append(.freezeHolds(freeze)) }
        // What can't be read may be mended meanwhile.
        wake(at: freeze.until ?? now + .seconds(600))
        return .heldByFreeze(freeze)
    }

    /// Where the next thing to do is to open a wave, and not one host may be asked: for want of what it needs, or of a budget.
    private func waveHold(_ roster: Roster) -> Situation? {
        guard observation.guards.budget != nil || hasHostsInNeed(roster), !rollout.wave.goal.isEmpty,
            rollout.wave.number == 0 || rollout.wave.settledTime != nil
        else { return nil }
        if rollout.kind == .steps {
            guard let wanted = weightOfWaves(roster), rollout.weight >= min(wanted, allowance?.weight ?? .all) else { return nil }
        }
        let (below, goal) = (CutoffMap(rollout.wave.below), CutoffMap(rollout.wave.goal))
        let room = max(1, strategy.maxUnavailable.count(of: roster.eligible)) - roster.inFlight
        guard !below.covers(goal), room > 0, nextWave(roster, from: below, to: goal, room: room) == nil else { return nil }
        let smallest = WavePlanner(roster, strategy).next(from: below, to: goal, budget: 1)
        if let waiting = firstInNeed(roster, from: below, to: smallest) {
            if observation.status.conditions["Ready"]?.reason != "NeedUnmet" {
                events.append(.needUnmet(rollout: rollout.id, host: waiting.host, reason: waiting.reason))
            }
            return .awaitingNeeds(host: waiting.host, reason: waiting.reason)
        }
        guard let budget = observation.guards.budget else { return nil }
        if observation.status.conditions["Ready"]?.reason != BudgetFacts.condition {
            events.append(.budgetHolds(rollout: rollout.id, budget))
        }
        wake(at: budget.nextProven ?? now + .seconds(60))
        return .heldByBudget(budget)
    }

    /// The share of hosts that waves of the step at hand lead to; nil: it opens none.
    private func weightOfWaves(_ roster: Roster) -> Weight? {
        let schedule = StepSchedule(strategy)
        switch schedule.stage(rollout.stepIndex) {
        case .weight(let weight): return weight
        // Where steps with a weight were skipped.
        case .traffic: return schedule.weight(upTo: rollout.stepIndex)
        case .soak: return isForsaken(roster) ? rollout.weight : nil
        case .pause, .approval, .preflight, .analysis, .webhook: return nil
        }
    }

    /// The cutoffs of the next wave: at most `room` hosts that must change, no more hosts in all than a budget has left, and none that lacks
    /// what the revision needs. Nil: it can't ask a single one.
    func nextWave(_ roster: Roster, from below: CutoffMap, to goal: CutoffMap, room: Int) -> CutoffMap? {
        let planner = WavePlanner(roster, strategy)
        let next = planner.next(from: below, to: goal, budget: room)
        let needs = rollout.kind != .return && hasHostsInNeed(roster)
        guard rollout.kind != .return, needs || observation.guards.budget != nil else { return next }
        func fits(_ next: CutoffMap) -> Bool {
            if let budget = observation.guards.budget, counted(roster, from: below, to: next) > budget.left { return false }
            return !needs || firstInNeed(roster, from: below, to: next) == nil
        }
        if fits(next) { return next }
        // The more hosts may change, the more are asked: the largest wave that fits is found by halving.
        var (fitting, excessive): (CutoffMap?, Int) = (nil, room)
        var low = 0
        while low + 1 < excessive {
            let middle = (low + excessive) / 2
            let smaller = planner.next(from: below, to: goal, budget: middle)
            if fits(smaller) {
                (fitting, low) = (smaller, middle)
            } else {
                excessive = middle
            }
        }
        return fitting
    }

    /// Hosts that a wave asks, and that count against a budget from then on: those that can't change now as well, as they would once they can.
    private func counted(_ roster: Roster, from below: CutoffMap, to next: CutoffMap) -> Int {
        let (begin, end) = (ZoneCutoffs(below, roster.fleet.zones), ZoneCutoffs(next, roster.fleet.zones))
        let target = roster.assignment.target.revision
        return roster.entries.count { entry in
            guard end.admits(entry.zone, entry.rank), !begin.admits(entry.zone, entry.rank) else { return false }
            let host = roster.facts(entry)
            return host.slot?.active?.revision != target && !observation.guards.counted.contains(host.name)
        }
    }

    /// From the moment that hosts run it, what is rolled out proves itself.
    func noticeProof(_ roster: Roster) {
        guard observation.guards.budget != nil, rollout.kind != .return, rollout.provingSince == nil, roster.settled > 0 else { return }
        rollout.provingSince = Instant(now)
    }

    /// Someone says why freeze windows are not to hold the rollout in progress, or the one that they keep from beginning.
    func obeyOverride(_ reason: String) {
        let reason = reason.bounded(to: 500)
        guard !reason.isEmpty else { return ignoreOverride("it says no reason.") }
        guard observation.guards.freeze != nil else { return ignoreOverride("no freeze window holds the deployment.") }
        guard isRunning, rollout.kind != .return else {
            overriding = reason
            return
        }
        overrideFreeze(reason)
    }

    /// The rollout in progress is no longer held by freeze windows.
    func overrideFreeze(_ reason: String) {
        guard let freeze = observation.guards.freeze else { return }
        rollout.freezeOverride = reason
        events.append(.freezeOverridden(rollout: rollout.id, freeze, reason: reason))
    }

    /// A rollout has begun: what kept it from beginning does not hold it further.
    func overrideFromBeginning() {
        guard let reason = overriding else { return }
        overriding = nil
        overrideFreeze(reason)
    }

    func ignoreOverride(_ reason: String) { events.append(.verbIgnored("override-freeze", reason: reason)) }
}

extension FreezeFacts {
    /// Reason of the conditions of a deployment that it holds.
    package static let condition = "FreezeWindow"
}

extension BudgetFacts {
    /// Reason of the conditions of a deployment that it holds.
    package static let condition = "BudgetExhausted"
}
