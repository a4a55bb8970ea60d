import GraftAPI
import KubeCore

/// Decides how a deployment moves: a pure function of what is observed, with no client, no clock and no logger.
///
/// Promises, whatever the order of observations and restarts:
/// - The same observation leads to the same decision, and deciding again without news changes nothing.
/// - Cutoffs only grow within a rollout. Going back is a rollout of its own, to a proven revision.
/// - A wave asks no more hosts than the limit allows beside those in flight.
/// - No quarantined digest is planned, and no revision becomes a target that policies refuse.
/// - No more hosts are asked to run a revision than policies let it reach.
/// - No step that is checked is left before that has succeeded or someone said so, and what the engine did not begin counts for nothing.
package enum RolloutEngine {
    package static func decide(_ observation: Observation) -> Decision {
        Deliberation(observation).conclude()
    }
}

/// One decision in the making: the state as it changes, and what follows from it. Lives for one call of `decide`; a class, since
/// its state is large and everything that takes part in deciding looks at it.
final class Deliberation {
    private(set) var observation: Observation
    var status: ModuleDeploymentStatus
    var revisions: [String: RevisionFacts]
    var effects: [Effect] = []
    var consumed: [String] = []
    var events: [RolloutEvent] = []
    var wakeAt: Timestamp?
    /// Hosts whose last sign of life matters, and is not known as of now.
    var unheard: [String] = []
    var situation = Situation.atRest
    /// A canary was given up with nowhere to go: hosts must see that before they see the next one.
    var hasGivenUpCanary = false
    /// Why freeze windows are not to hold what begins now.
    var overriding: String?

    init(_ observation: Observation) {
        self.observation = observation
        status = observation.status
        revisions = Dictionary(observation.revisions.map { ($0.name, $0) }) { first, _ in first }
    }

    var spec: ModuleDeploymentSpec { observation.spec }
    var strategy: Strategy { observation.spec.strategy }
    var now: Timestamp { observation.now }

    /// The rollout in progress, or the last one; only used where there is one.
    var rollout: RolloutStatus {
        get { status.rollout ?? RolloutStatus() }
        set { status.rollout = newValue }
    }

    var isRunning: Bool { status.rollout?.state == .running }

    /// What is being rolled out, or returned to.
    var target: RevisionReference? {
        guard let rollout = status.rollout else { return nil }
        return rollout.kind == .return || rollout.kind == .restart || rollout.state == .complete ? status.stable : status.canary
    }

    func conclude() -> Decision {
        restore()
        forgive()
        takeInChecks()
        obeyVerbs()
        // Each transition leads on, and the longest chain passes every step at once.
        var transitions = 0
        while transitions < 256, advance() { transitions += 1 }
        condemn()
        if overriding != nil { ignoreOverride("no freeze window keeps anything from beginning.") }
        let roster = muster()
        writeHistory()
        writeTrust()
        StatusBounds.boundState(&status)
        let plan = PlanWriter(self).plan
        var written = status
        StatusWriter(self, roster: roster).write(to: &written)
        StatusBounds.boundSentences(&written)
        status = written
        return Decision(
            effects: effects, plan: plan, status: status, wakeAt: wakeAt, consumed: consumed, events: events, unheard: unheard,
            findings: Findings(hosts: observation.hosts))
    }

    /// Every host with its standing in the rollout in progress.
    func muster() -> Roster? {
        guard let target, let rollout = status.rollout else { return nil }
        let isRunning = rollout.state == .running
        return muster(
            Assignment(
                target: target, previous: previous, rollout: rollout.id, wave: rollout.wave, plan: observation.plan,
                isProven: rollout.kind == .return, vanished: isRunning ? Set(rollout.vanishedHosts) : [],
                leaderSince: observation.leaderSince, rule: rule, restart: isRunning ? rollout.restart : nil,
                isForNobody: isRunning && rollout.cause == .restartEnded && isQuarantined(target)), salt: rollout.salt,
            order: rollout.order)
    }

    func muster(_ assignment: Assignment, salt: String, order: HostOrder? = nil) -> Roster {
        observation.hosts.muster(assignment, salt: salt, order: order)
        return Roster(observation.hosts, assignment)
    }

    /// The hosts in an order of groups, and in those in the order of their ranks under a salt.
    func fleet(salt: String, order: HostOrder?) -> FleetIndex {
        observation.hosts.rank(by: salt, order: order)
        return observation.hosts
    }

    /// What hosts are to keep staged; nothing that they may not load.
    var previous: RevisionReference? { allowed(status.previous) }

    func allowed(_ reference: RevisionReference?) -> RevisionReference? {
        guard let reference, !isQuarantined(reference) else { return nil }
        return reference
    }

    func isQuarantined(_ reference: RevisionReference) -> Bool { revisions[reference.revision]?.quarantine != nil }

    /// The name that people know a revision by.
    func label(_ reference: RevisionReference?) -> String {
        guard let reference else { return "nothing" }
        return reference.version ?? revisions[reference.revision]?.version ?? reference.revision
    }

    func wake(at time: Timestamp) { wakeAt = min(wakeAt ?? time, time) }
}
