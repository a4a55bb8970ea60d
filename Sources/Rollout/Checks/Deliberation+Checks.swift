import GraftAPI
import KubeCore

extension Deliberation {
    /// What bad checks lead to.
    enum CheckVerdict: Hashable {
        case goBack(RolloutStatus.Cause, reason: String)
        /// Nobody knows, and someone must look.
        case standStill(reason: String)
    }

    private var wantedChecks: WantedChecks { WantedChecks(strategy, StepSchedule(strategy), at: rollout.stepIndex) }

    /// Takes over how checks of this rollout stand now. Also while it is paused: what was measured is not measured again.
    func takeInChecks() {
        guard isRunning, rollout.kind == .steps, !rollout.checks.isEmpty, !observation.checks.isEmpty else { return }
        let news = Dictionary(observation.checks.map { ($0.id, $0) }) { first, _ in first }
        setChecks(rollout.checks.map { check in news[check.id].map(check.advanced) ?? check })
    }

    /// Begins what the step and the background want, and ends what nobody wants any more; of what is over, the last of each kind stays.
    func keepChecks(_ schedule: StepSchedule, _ roster: Roster) {
        guard strategy.analysis != nil || !rollout.checks.isEmpty || schedule.isChecked(rollout.stepIndex) else { return }
        let wanted = WantedChecks(strategy, schedule, at: rollout.stepIndex)
        let known = rollout.checks.filter(wanted.contains)
        // In the background there is nothing to see before a host runs it.
        let canBeWatched = hasCanary(roster)
        let due = wanted.step + wanted.background.filter { check in canBeWatched || known.contains { $0.isOfSameThing(as: check) } }
        let current = due.map { check in known.first { $0.isOfSameThing(as: check) }.map(counted) ?? begun(check, schedule) }
        var kinds: Set<CheckStatus.Kind> = []
        let past = rollout.checks.reversed().filter { check in
            check.phase.isCompleted && !current.contains { $0.id == check.id } && kinds.insert(check.kind).inserted
        }
        setChecks(past.reversed() + current)
    }

    private func begun(_ check: CheckStatus, _ schedule: StepSchedule) -> CheckStatus {
        if check.kind != .samples {
            events.append(
                .checkStarted(CheckText(check).name, step: check.step.map { $0 + 1 }, of: schedule.count, weight: rollout.weight))
        }
        return check.anew(at: Instant(now))
    }

    /// Samples are enough as soon as they are as many as the spec says now.
    private func counted(_ check: CheckStatus) -> CheckStatus {
        guard !check.phase.isCompleted, let goal = strategy.samples(of: check), let samples = check.samples, samples >= goal.count
        else { return check }
        var check = check
        check.phase = .successful
        return check
    }

    private func setChecks(_ checks: [CheckStatus]) {
        let bounded = CheckBounds.bounded(checks)
        if bounded != rollout.checks { rollout.checks = bounded }
    }

    /// What the worst of the checks that count now leads to; nil when none ended badly.
    func checkVerdict() -> CheckVerdict? {
        guard isRunning, rollout.kind == .steps, rollout.checks.contains(where: \.isBad) else { return nil }
        let wanted = wantedChecks
        let bad = rollout.checks.filter { $0.isBad && wanted.contains($0) }
        func first(_ phase: AnalysisPhase) -> CheckStatus? { bad.first { $0.phase == phase } }
        if let check = first(.failed) {
            return .goBack(check.kind == .webhook ? .refused : .analysisFailed, reason: CheckText(check).reason)
        }
        if let check = first(.error) { return .goBack(.checkError, reason: CheckText(check).reason) }
        return first(.inconclusive).map { .standStill(reason: CheckText($0).reason) }
    }

    /// - Returns: whether something follows from it that has not followed yet.
    func obey(_ verdict: CheckVerdict) -> Bool {
        switch verdict {
        case .goBack(let cause, let reason): return retreat(cause, reason: reason)
        case .standStill(let reason):
            guard rollout.overdue == nil else { return false }
            rollout.overdue = reason.asSentence.bounded()
            events.append(.inconclusive(reason: reason.asSentence))
            return true
        }
    }

    /// Whether it stands still because nobody knows what an analysis says.
    var isInconclusive: Bool { if case .standStill = checkVerdict() { true } else { false } }

    /// Someone looked at what was inconclusive and lets it go on: what watches in the background begins anew.
    /// - Returns: whether the step itself was inconclusive, and is done with.
    func dismissInconclusive() -> Bool {
        let wanted = wantedChecks
        let isOfStep = rollout.checks.contains { check in
            check.phase == .inconclusive && wanted.step.contains { $0.isOfSameThing(as: check) }
        }
        setChecks(
            rollout.checks.map { check in
                let isOfBackground = check.phase == .inconclusive && check.step == nil && wanted.contains(check)
                return isOfBackground ? check.anew(at: Instant(now)) : check
            })
        return isOfStep
    }

    /// What was measured while the fleet was largely gone is nobody's fault: what ended badly begins anew.
    func excuseChecks() {
        guard rollout.kind == .steps, rollout.overdue == nil, rollout.checks.contains(where: \.isBad) else { return }
        let wanted = wantedChecks
        setChecks(
            rollout.checks.map { check in
                check.kind == .analysis && check.isBad && wanted.contains(check) ? check.anew(at: Instant(now)) : check
            })
    }

    /// Nobody waits any more for what another step waited for.
    func leaveChecks(for index: Int) {
        guard !rollout.checks.isEmpty else { return }
        setChecks(rollout.checks.filter { $0.phase.isCompleted || $0.step == nil || $0.step == index })
    }

    /// All steps are skipped, and with them what watched from the background.
    func skipBackground() {
        guard let analysis = strategy.analysis else { return }
        let skipped = analysis.analyses.map { reference in
            let id = "background.\(reference.name)"
            let known = rollout.checks.first { $0.id == id && $0.step == nil }
            let check = known ?? CheckStatus(.analysis, id: id, step: nil, subject: reference.name).anew(at: Instant(now))
            return check.ended("Skipped by a full promotion.")
        }
        setChecks(rollout.checks.filter { check in !skipped.contains { $0.id == check.id } } + skipped)
    }

    /// The rollout is over: what was still watching it has nothing against it.
    func endChecks(_ why: String) {
        guard !rollout.checks.isEmpty else { return }
        rollout.checks = CheckBounds.remains(rollout.checks.map { $0.ended(why) })
    }
}
