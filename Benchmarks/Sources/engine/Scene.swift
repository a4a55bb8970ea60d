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

    /// Bytes of the heap for each host: of what is observed, and of what is added to it by a decision.
    static func bytesHeld(hosts: Int) -> (observed: Int, deciding: Int) {
        let before = inUse()
        let observation = Scene.moving.observation(hosts: hosts)
        let observed = inUse() - before
        let peak = residentPeak()
        let decision = RolloutEngine.decide(observation)
        let deciding = max(0, residentPeak() - peak)
        return withExtendedLifetime((observation, decision)) { (observed / hosts, deciding / hosts) }
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
            ], hosts: (0..<hosts).map { host($0, salt) }, epoch: 1, leaderSince: Scene.now - .seconds(3600), now: Scene.now)
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

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func inUse() -> Int {
        let info = mallinfo2()
        return Int(info.uordblks) + Int(info.hblkhd)
    }

    private static func residentPeak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
