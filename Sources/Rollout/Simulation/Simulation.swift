package import GraftAPI
import KubeCore

/// An upgrade of a fleet that does not exist, decided by the engine that decides in a cluster: what would happen, before anyone applies it.
/// The same options lead to the same timeline.
package struct Simulation {
    package struct Options: Sendable {
        package var hosts = 1000
        package var zones = 1
        /// Of a million hosts so many fail the new version, and so many die of it.
        package var failing = 0
        package var dying = 0
        /// So many can't take it: their disk is full, as a preflight finds out.
        package var unfit = 0
        package var seed: UInt64 = 1
        /// How long a person takes who is asked for a promotion or an approval.
        package var patience = Duration.seconds(600)
        package var checks = SimulatedChecks()
        /// Where a rollout with very small waves is broken off.
        package var mostDecisions = 4000
        /// Decisions are made from what the one before found, as a controller does; else each from all hosts. They are the same.
        var keepsFindings = true

        package init() {}
    }

    /// A moment worth telling.
    package struct Moment: Sendable, Hashable {
        /// Since the beginning.
        package var time: Duration
        package var sentence: String
    }

    /// What a moment looks like in a drawing.
    package struct Sample: Sendable, Hashable {
        package var time: Duration
        /// Hosts on the new version in truth, and those that it failed.
        package var updated: Int
        package var failed: Int
    }

    /// A line across a drawing: a step begins, or the way back.
    package struct Mark: Sendable, Hashable {
        package var time: Duration
        package var label: String
    }

    package private(set) var moments: [Moment] = []
    package private(set) var marks: [Mark] = []
    package private(set) var samples: [Sample] = []
    package private(set) var decisions = 0
    package private(set) var planWrites = 0
    package private(set) var hosts: Int
    /// Where it ended, in the engine's words.
    package private(set) var message = ""
    package private(set) var phase = ModuleDeploymentStatus.Phase.pending

    private let options: Options
    private let start = Timestamp(seconds: 1_767_225_600)
    private var now: Timestamp
    private var fleet: SimulatedFleet
    private var observation: Observation
    /// The hosts as the decision before left them, with what was worked out of them.
    private var known: FleetIndex?
    private var reply: (at: Timestamp, verbs: Verbs)?

    package init(_ deployment: ModuleDeployment, _ options: Options) {
        self.options = options
        hosts = options.hosts
        now = start
        let versions = SimulatedFleet.versions(of: deployment.metadata.name)
        fleet = SimulatedFleet(options, versions, order: deployment.spec.strategy.order)
        var status = ModuleDeploymentStatus()
        status.stable = versions.old.reference
        observation = Observation(
            deployment: deployment.key, uid: "simulation-\(options.seed)", spec: deployment.spec, status: status, plan: nil,
            wanted: .revision(versions.new.name), revisions: [versions.old, versions.new], hosts: [], epoch: 1,
            leaderSince: start - .seconds(3600), now: start)
    }

    /// Until nothing more happens by itself.
    package mutating func run() {
        while decisions < options.mostDecisions {
            let wake = decide()
            let measured = options.checks.next(observation.status.rollout?.checks ?? [], after: now)
            let next = [fleet.nextReport, wake, reply?.at, measured].compactMap { $0 }.min()
            guard let next, next < start + .seconds(400 * 86_400) else { return }
            now = max(next, now + .milliseconds(1))
            // Hosts report nearly at once: what they report within some seconds is decided on together.
            if fleet.nextReport == next { now = now + .seconds(2) }
            fleet.report(until: now)
            if let due = reply, due.at <= now {
                observation.verbs = due.verbs
                reply = nil
            }
        }
        moments.append(Moment(time: now - start, sentence: "Broken off after \(decisions) decisions."))
    }

    /// - Returns: when to decide again although no host reported anything.
    private mutating func decide() -> Timestamp? {
        observation.now = now
        observation.hosts = takeInHosts()
        observation.checks = options.checks.performed(observation.status.rollout?.checks ?? [], at: now)
        let decision = RolloutEngine.decide(observation)
        observation.hosts = []
        if options.keepsFindings { known = decision.findings?.hosts }
        decisions += 1
        carryOut(decision)
        if let spec = decision.plan, spec != observation.plan?.spec {
            planWrites += 1
            let plan = PlanFacts(uid: SimulatedFleet.planUID, spec: spec)
            observation.plan = plan
            fleet.obey(plan, now: now)
        }
        mark(decision.status)
        observation.status = decision.status
        observation.verbs = Verbs()
        for event in decision.events { moments.append(Moment(time: now - start, sentence: event.note)) }
        samples.append(Sample(time: now - start, updated: fleet.updated, failed: fleet.failed))
        if message != decision.status.message, decision.events.isEmpty, isWaitingForPeople(decision) {
            moments.append(Moment(time: now - start, sentence: decision.status.message))
        }
        message = decision.status.message
        phase = decision.status.phase
        answer(decision)
        return decision.wakeAt
    }

    /// What is known of hosts by now: what changed since the decision before, where that is not much, else all of it.
    private mutating func takeInHosts() -> FleetIndex {
        let changed = fleet.takeChanges()
        guard var hosts = known, changed.count < options.hosts / 4 else {
            let rollout = observation.status.rollout
            return FleetIndex(fleet.hosts, salt: rollout?.salt, order: rollout?.order)
        }
        known = nil
        for index in changed { hosts.update(fleet.hosts[Int(index)]) }
        return hosts
    }

    private mutating func mark(_ status: ModuleDeploymentStatus) {
        let before = observation.status.rollout
        guard let rollout = status.rollout, rollout.id != before?.id || rollout.stepIndex != before?.stepIndex else { return }
        let label =
            switch rollout.kind {
            case .return: "back to \(status.stable?.version ?? "the stable version")"
            case .initial: "the first version"
            case .restart: "a restart"
            case .steps: StepSchedule(observation.spec.strategy).stage(rollout.stepIndex).label
            }
        // Steps that are over at once leave no trace.
        if let last = marks.last, last.time == now - start { marks.removeLast() }
        marks.append(Mark(time: now - start, label: label))
    }

    private mutating func carryOut(_ decision: Decision) {
        for effect in decision.effects {
            for index in observation.revisions.indices {
                switch effect {
                case .quarantine(let digest, _, _, _, let reason) where observation.revisions[index].digest == digest:
                    observation.revisions[index].quarantine = QuarantineFacts(name: "simulated", reason: reason)
                case .outcome(let name, let outcome, let message) where observation.revisions[index].name == name:
                    observation.revisions[index].outcome = outcome
                    observation.revisions[index].message = message
                default: break
                }
            }
        }
    }

    private func isWaitingForPeople(_ decision: Decision) -> Bool {
        ["StepPaused", "ApprovalNeeded", "DeadlineExceeded"].contains(decision.status.conditions["Progressing"]?.reason)
    }

    /// A person promotes or approves what waits for one, after a while.
    private mutating func answer(_ decision: Decision) {
        guard reply == nil, decision.wakeAt == nil || fleet.nextReport == nil, let rollout = decision.status.rollout else { return }
        var verbs = Verbs()
        switch decision.status.conditions["Progressing"]?.reason {
        case "StepPaused" where decision.wakeAt == nil: verbs.promote = "\(rollout.id)/\(rollout.stepIndex)"
        case "ApprovalNeeded":
            guard case .approval(let people) = StepSchedule(observation.spec.strategy).stage(rollout.stepIndex), let first = people.first
            else { return }
            verbs.approve = "\(rollout.id)/\(rollout.stepIndex)/\(first)"
        default: return
        }
        reply = (now + options.patience, verbs)
    }
}
