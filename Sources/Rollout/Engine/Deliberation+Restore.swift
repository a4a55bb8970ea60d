import GraftAPI
import KubeCore

extension Deliberation {
    /// Brings the state up to what hosts can see. The plan is written before the status: where they differ, the plan wins.
    func restore() {
        if let plan = observation.plan?.spec, !plan.rollout.isEmpty {
            if status.rollout?.id == plan.rollout { catchUp(with: plan) } else { rebuild(from: plan) }
        } else if status.rollout == nil, status.stable == nil {
            adopt()
        }
    }

    /// The plan is of the same rollout: its cutoffs may be ahead, or it may be over.
    private func catchUp(with plan: ModulePlanSpec) {
        guard isRunning, let target else { return }
        if !plan.salt.isEmpty { rollout.salt = plan.salt }
        if plan.canary != nil || plan.restart != nil { rollout.order = plan.order }
        passPreflight(seenIn: plan, target)
        var seen = CutoffMap.none
        if let canary = plan.canary {
            seen = canary.revision == target.revision ? CutoffMap(plan.cutoffs) : .none
            if canary.revision == target.revision { catchUp(withTraffic: plan.traffic) }
        } else if plan.stable?.revision == target.revision {
            // What a restart is complete with looks like its last wave, whose hosts show that it is over.
            guard rollout.kind == .return || rollout.kind == .restart else { return finish(nil) }
            seen = rollout.kind == .return ? .all : plan.restart == rollout.restart ? CutoffMap(plan.cutoffs) : .none
        }
        let below = CutoffMap(rollout.wave.below)
        guard !below.covers(seen) else { return }
        var wave = WaveStatus()
        wave.number = rollout.wave.number + 1
        wave.from = below.list
        wave.below = below.merged(with: seen).list
        wave.goal = rollout.wave.goal
        wave.startTime = Instant(now)
        wave.absentBystanders = absentBystanders(of: wave)
        rollout.wave = wave
        rollout.progress.time = Instant(now)
    }

    /// A plan that no longer has hosts stage ahead is written when their preflight is passed, or promoted.
    private func passPreflight(seenIn plan: ModulePlanSpec, _ target: RevisionReference) {
        let schedule = StepSchedule(strategy)
        guard rollout.kind != .return, rollout.preflight?.step == rollout.stepIndex, schedule.isPreflight(rollout.stepIndex),
            !(plan.stageAhead ?? false), plan.canary?.revision == target.revision
        else { return }
        _ = enterStep(rollout.stepIndex + 1, schedule, nil)
    }

    /// The plan is of another rollout: the status was not written after it, or was lost. What the plan says is going on.
    private func rebuild(from plan: ModulePlanSpec) {
        guard let target = plan.canary ?? plan.stable else { return }
        if let restart = plan.restart { return rebuild(restart, of: target, from: plan) }
        let old = status
        let isReturn =
            plan.stable == nil && (revisions[target.revision]?.outcome == .good || old.stable?.revision == target.revision)
            || plan.canary == nil
        var rollout = RolloutStatus()
        rollout.id = plan.rollout
        rollout.salt = plan.salt
        rollout.order = plan.order
        rollout.kind = isReturn ? .return : plan.stable == nil ? .initial : .steps
        rollout.stepStartTime = Instant(now)
        rollout.progress.time = Instant(now)
        if isReturn {
            status.stable = target
            status.canary = [old.canary, old.stable].compactMap { $0 }.first { $0.revision != target.revision }
            let abandoned = status.canary.flatMap { revisions[$0.revision] }
            rollout.cause = cause(ofReturnTo: target, from: abandoned)
            if rollout.cause == .distrusted { rollout.maxUnavailable = abandoned?.withdrawal?.limit(of: observation.hosts.count) }
            rollout.reason = abandoned?.message ?? "It was under way when the controller started."
            // A restart that was just ended: nobody is blamed in what follows either.
            if old.rollout?.kind == .restart, old.stable?.revision == target.revision { rollout.cause = .restartEnded }
        } else {
            status.stable = plan.stable
            status.canary = target
            rollout.traffic = plan.traffic
        }
        status.previous = plan.previous
        rollout.wave.number = 1
        rollout.wave.below = plan.canary == nil ? CutoffMap.all.list : CutoffMap(plan.cutoffs).list
        rollout.wave.startTime = Instant(now)
        dateForSet(&rollout)
        status.rollout = rollout
        self.rollout.wave.absentBystanders = absentBystanders(of: rollout.wave)
        recordAttempt(target, ofRollout: plan.rollout)
    }

    private func cause(ofReturnTo target: RevisionReference, from abandoned: RevisionFacts?) -> RolloutStatus.Cause {
        switch abandoned?.outcome {
        case .bad: .failures
        case .rejected: .aborted
        case _ where abandoned?.withdrawal != nil: .distrusted
        default: observation.wanted.revision == target.revision ? .declared : .superseded
        }
    }

    func absentBystanders(of wave: WaveStatus) -> Int {
        let fleet = fleet(salt: rollout.salt, order: rollout.order)
        let cutoffs = ZoneCutoffs(CutoffMap(wave.below), fleet.zones)
        let (isAbsent, zoneOfKind) = (fleet.kinds.matching { !$0.isReady }, fleet.kinds.zoneOfKind)
        guard isAbsent.contains(true) else { return 0 }
        return fleet.chunks.reduce(0) { count, chunk in
            count + chunk.members.count { isAbsent[Int($0.kind)] && !cutoffs.admits(zoneOfKind[Int($0.kind)], $0.rank) }
        }
    }

    /// Nothing is known, and hosts report this deployment's module: what most of them run is stable.
    private func adopt() {
        var references: [String: (reference: RevisionReference, hosts: Int)] = [:]
        for kind in observation.hosts.byKind {
            let hosts = kind.hosts
            guard let active = kind.facts.slot?.active else { continue }
            let reference = RevisionReference(revision: active.revision, digest: active.digest, version: active.version)
            var entry = references[active.revision] ?? (reference, 0)
            // Should hosts not agree on what it is: the same one, whichever is looked at first.
            if (reference.digest, reference.version ?? "") < (entry.reference.digest, entry.reference.version ?? "") {
                entry.reference = reference
            }
            entry.hosts += hosts
            references[active.revision] = entry
        }
        let total = references.values.reduce(0) { $0 + $1.hosts }
        guard let most = references.values.max(by: { ($0.hosts, $1.reference.revision) < ($1.hosts, $0.reference.revision) }) else {
            return
        }
        // What is wanted and runs everywhere needs no adoption: its rollout finds every host there already.
        guard references.count > 1 || most.reference.revision != observation.wanted.revision else { return }
        status.stable = most.reference
        events.append(.adopted(label(most.reference), hosts: most.hosts, of: total))
        // What policies refuse is left where it is, and brought nowhere else.
        if references.count > 1, revisions[most.reference.revision]?.refusal == nil {
            returnTo(
                most.reference, cause: .adopted,
                reason: "Hosts run \(references.count) revisions of it, most of them \(label(most.reference)).")
        }
    }
}
