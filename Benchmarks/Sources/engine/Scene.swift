import CMalloc
import Glibc
import GraftAPI
import KubeCore
import Rollout

/// A moment in the life of a deployment that is decided on.
enum Scene: String, CaseIterable {
    /// Nothing is to do.
    case atRest = "at rest"
    /// A third of the fleet was asked, and is on its way.
    case moving = "in a wave"
    /// The next wave opens.
    case opening = "opening a wave"

    private static let stable = RevisionReference(
        revision: "http-filter-1a2b3c4d5e", digest: "sha256:" + String(repeating: "a", count: 64), version: "1.0.0")
    private static let canary = RevisionReference(
        revision: "http-filter-7c9f6d4b8a", digest: "sha256:" + String(repeating: "b", count: 64), version: "1.1.0")
    private static let now = Timestamp(seconds: 1_767_225_600)
    private static let id = "http-filter-7c9f6d4b8a-1"
    private static let cutoff = Rank(value: Rank.end.value / 3)

    /// Processor time of one decision, the least of all rounds.
    func milliseconds(hosts: Int, rounds: Int) -> Double {
        let observation = observation(hosts: hosts)
        var least = Double.infinity
        for _ in 0..<rounds {
            let start = Scene.nanoseconds()
            let decision = RolloutEngine.decide(observation)
            least = min(least, Double(Scene.nanoseconds() - start) / 1_000_000)
            precondition(
                decision.status.hosts.eligible == hosts && (self == .opening) == (decision.plan?.cutoffs != observation.plan?.spec.cutoffs))
        }
        return least
    }

    /// Processor time of a decision after one host reported, that report taken in included: the mean of all rounds, of which each is another
    /// host's. Nothing follows from them: the wave goes on.
    func millisecondsAfterAReport(hosts: Int, rounds: Int) -> Double {
        var observation = observation(hosts: hosts)
        let first = RolloutEngine.decide(observation)
        observation.status = first.status
        observation.hosts = first.findings!.hosts
        let reports = (0..<rounds).map { round in
            var host = host(round * 7919 % hosts, observation.plan?.spec.salt ?? "")
            let isFetching = host.slot?.target?.state == .fetching
            host.slot?.target?.state = isFetching ? .verifying : .fetching
            return host
        }
        var decisions = 0
        let start = Scene.nanoseconds()
        for report in reports {
            observation.hosts.update(report)
            let decision = RolloutEngine.decide(observation)
            observation.hosts = decision.findings!.hosts
            if decision.plan == observation.plan?.spec { decisions += 1 }
        }
        let spent = Scene.nanoseconds() - start
        precondition(decisions == rounds)
        return Double(spent) / 1_000_000 / Double(rounds)
    }

    /// Processor time of taking in all that is known of every host, and of the decision on it: the least of all rounds of both together, and
    /// what of it is the first.
    /// - Parameter ownTexts: no two hosts share the memory of a text, as when each was read from an object of its own.
    func millisecondsFromFacts(hosts: Int, rounds: Int, ownTexts: Bool) -> (all: Double, takingIn: Double) {
        var observation = observation(hosts: 0)
        let rollout = observation.status.rollout
        let facts = (0..<hosts).map { number in
            let host = host(number, rollout?.salt ?? "")
            return ownTexts ? Scene.withOwnTexts(host) : host
        }
        var least = (all: Double.infinity, takingIn: 0.0)
        for _ in 0..<rounds {
            observation.hosts = []
            let start = Scene.nanoseconds()
            observation.hosts = FleetIndex(facts, salt: rollout?.salt, order: rollout?.order)
            let middle = Scene.nanoseconds()
            let decision = RolloutEngine.decide(observation)
            let all = Double(Scene.nanoseconds() - start) / 1_000_000
            if all < least.all { least = (all, Double(middle - start) / 1_000_000) }
            precondition(decision.status.hosts.eligible == hosts)
        }
        return least
    }

    private static func withOwnTexts(_ host: HostFacts) -> HostFacts {
        func own(_ text: String) -> String { String(decoding: Array(text.utf8), as: UTF8.self) }
        var host = host
        guard var slot = host.slot else { return host }
        slot.owner.planUID = own(slot.owner.planUID)
        slot.rollout = own(slot.rollout)
        if let active = slot.active {
            slot.active?.revision = own(active.revision)
            slot.active?.digest = own(active.digest)
        }
        if let target = slot.target { slot.target?.revision = own(target.revision) }
        slot.staged = slot.staged.map(own)
        host.slot = slot
        return host
    }

    /// Bytes of the heap for each host, its name included, of all that is kept from decision to decision.
    static func bytesHeld(hosts: Int) -> Int {
        let before = inUse()
        var observation = Scene.moving.observation(hosts: hosts)
        let decision = RolloutEngine.decide(observation)
        observation.hosts = decision.findings!.hosts
        let held = inUse() - before
        return withExtendedLifetime((observation, decision)) { held / hosts }
    }

    func observation(hosts: Int) -> Observation {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.module = "registry.example/f/http:1.1.0"
        spec.strategy.steps = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)]
        let salt = Salt.of(deploymentUID: "a1b2")
        var status = ModuleDeploymentStatus()
        status.stable = Scene.stable
        var plan = ModulePlanSpec()
        plan.epoch = 1
        plan.hostClass = spec.hostClass
        plan.slot = spec.slot
        plan.selector = spec.selector
        plan.rollout = Scene.id
        plan.salt = salt
        plan.stable = Scene.stable
        var rollout = RolloutStatus()
        rollout.id = Scene.id
        rollout.salt = salt
        if self == .atRest {
            rollout.state = .complete
            rollout.kind = .return
        } else {
            status.canary = Scene.canary
            status.previous = Scene.stable
            plan.canary = Scene.canary
            plan.previous = Scene.stable
            plan.cutoffs = [Cutoff(below: Scene.cutoff)]
            rollout.weight = Weight(percent: 50)
            rollout.stepStartTime = Instant(Scene.now)
            rollout.progress.time = Instant(Scene.now)
            rollout.wave.number = 4
            rollout.wave.below = plan.cutoffs
            rollout.wave.goal = [Cutoff(below: Rank(value: Rank.end.value / 2))]
            rollout.wave.startTime = Instant(Scene.now)
        }
        status.rollout = rollout
        var observation = Observation(
            deployment: ObjectKey(namespace: "payments", name: "http-filter"), uid: "a1b2", spec: spec, status: status,
            plan: PlanFacts(uid: "plan-uid", spec: plan),
            wanted: .revision(self == .atRest ? Scene.stable.revision : Scene.canary.revision),
            revisions: [
                RevisionFacts(name: Scene.stable.revision, number: 1, digest: Scene.stable.digest, version: "1.0.0", outcome: .good),
                RevisionFacts(name: Scene.canary.revision, number: 2, digest: Scene.canary.digest, version: "1.1.0"),
            ], hosts: FleetIndex((0..<hosts).lazy.map { host($0, salt) }), epoch: 1, leaderSince: Scene.now - .seconds(3600), now: Scene.now
        )
        if self == .opening {
            observation.status.rollout?.wave.soakStartTime = Instant(Scene.now - .seconds(60))
            observation.status.rollout?.wave.settledTime = Instant(Scene.now)
        }
        return observation
    }

    private func host(_ number: Int, _ salt: String) -> HostFacts {
        let name = "edge-proxy.node-\(number).eu-central-1.compute.internal"
        let isAsked = self != .atRest && Rank(salt: salt, host: name) < Scene.cutoff
        // Of those in the wave some are on their way still.
        let isThere = isAsked && (self == .opening || number % 4 != 0)
        let active = isThere ? Scene.canary : Scene.stable
        var slot = SlotStatus()
        slot.name = "net/filter"
        slot.owner = SlotOwner(namespace: "payments", name: "http-filter", planUID: "plan-uid")
        slot.rollout = Scene.id
        slot.active = ActiveRevision(revision: active.revision, digest: active.digest, version: active.version, since: Scene.now)
        slot.target = SlotTarget(
            revision: isAsked ? Scene.canary.revision : Scene.stable.revision, state: isAsked && !isThere ? .fetching : .active)
        slot.staged = [Scene.stable.revision, Scene.canary.revision]
        return HostFacts(name: name, zone: "eu-central-1\(["a", "b", "c"][number % 3])", slot: slot)
    }

    /// Of the processor, that this thread used.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func inUse() -> Int {
        let info = mallinfo2()
        return Int(info.uordblks) + Int(info.hblkhd)
    }
}
