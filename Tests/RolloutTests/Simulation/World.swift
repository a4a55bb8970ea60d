import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Rollout

/// A deployment, its hosts, and an API server that remembers plan and status as JSON: everything a controller lives among.
struct World {
    /// Where a controller dies.
    enum Crash: CaseIterable { case beforePlan, beforeStatus, beforeVerbsAreRemoved }

    var spec = ModuleDeploymentSpec()
    var verbs = Verbs()
    var hosts: [SimulatedHost]
    var revisions: [RevisionFacts] = []
    var wanted = Wanted.pending("resolving")
    var now = Timestamp(seconds: 1_767_225_600)
    var leaderSince = Timestamp(seconds: 1_767_225_000)
    var epoch: Int64 = 1
    var status = ModuleDeploymentStatus()
    var plan: PlanFacts?
    var conflict: String?
    var guards = GuardFacts()
    var siblings: [SiblingRetreat] = []
    /// Checks as those see them who perform them, and how each turns out, by what it is about.
    var checks: [CheckStatus] = []
    var checkBehaviour: [String: CheckBehaviour] = [:]
    private(set) var plans: [ModulePlanSpec] = []
    private(set) var events: [RolloutEvent] = []
    private(set) var decision: Decision?
    /// Decides the same from what it kept, where that is compared.
    var follower: Follower?

    init(hosts: Int = 10, zones: [String] = [""], steps: [Step] = []) {
        self.hosts = (0..<hosts).map { SimulatedHost("edge.node-\($0)", zone: zones[$0 % zones.count]) }
        spec.hostClass = "edge"
        spec.slot = "net/filter"
        spec.module = "registry.example/f/http:1.0.0"
        spec.strategy.steps = steps
        spec.strategy.maxUnavailable = .count(2)
        spec.strategy.soakSeconds = 5
        spec.strategy.progressDeadlineSeconds = 120
    }

    static func revision(_ version: String) -> String { "http-\(version.split(separator: ".").joined(separator: "-"))" }
    static func digest(_ version: String) -> String {
        let digits = version.utf8.map { String($0 % 16, radix: 16) }.joined()
        return "sha256:" + String(repeating: "0", count: 64 - digits.count) + digits
    }

    var observation: Observation { observation(of: hosts.map(\.facts)) }

    private func observation(of facts: [HostFacts]) -> Observation {
        var observation = Observation(
            deployment: ObjectKey(namespace: "payments", name: "http"), uid: "uid-1", spec: spec, status: status, plan: plan,
            wanted: wanted, revisions: revisions, hosts: FleetIndex(facts, salt: status.rollout?.salt, order: status.rollout?.order),
            epoch: epoch, leaderSince: leaderSince, now: now)
        observation.verbs = verbs
        observation.conflict = conflict
        observation.guards = guards
        observation.siblings = siblings
        observation.checks = checks
        return observation
    }

    // MARK: Given

    /// The spec asks for a version, which behaves so on every host.
    mutating func ask(for version: String, _ behaviour: Behaviour = .works) {
        let name = World.revision(version)
        if !revisions.contains(where: { $0.name == name }) {
            revisions.append(
                RevisionFacts(
                    name: name, number: revisions.count + 1, digest: World.digest(version), configHash: "c", version: version,
                    source: "registry.example/f/http:\(version)"))
        }
        for index in hosts.indices { hosts[index].behaviour[name] = behaviour }
        wanted = .revision(name)
    }

    /// A version that was delivered to every host.
    mutating func deliver(_ version: String) {
        ask(for: version)
        run { $0.isDelivered(version) }
        #expect(isDelivered(version), "\(version): \(status.message)")
    }

    /// Policies turn against a version.
    mutating func distrust(_ version: String, _ withdrawal: Withdrawal?) {
        self[facts: version].refusal = Refusal(
            .verified, reason: Refusal.distrusted, message: "\(version): policy edge trusts its signer no more; sign it anew.",
            policy: "edge")
        self[facts: version].withdrawal = withdrawal
    }

    /// Policies let a version through again.
    mutating func trust(_ version: String) {
        self[facts: version].refusal = nil
        self[facts: version].withdrawal = nil
    }

    /// Those who signed a version vouch for no more.
    mutating func allow(_ version: String, _ percent: Int) {
        self[facts: version].allowance = WeightAllowance(
            weight: Weight(percent: percent),
            refusal: Refusal(
                .verified, reason: Refusal.waitsForSignature, message: "\(version): release must sign it beyond \(percent)%.",
                policy: "edge"))
    }

    subscript(facts version: String) -> RevisionFacts {
        get { revisions.first { $0.name == World.revision(version) }! }
        set { revisions[revisions.firstIndex { $0.name == World.revision(version) }!] = newValue }
    }

    // MARK: When

    private mutating func consume(_ annotations: [String]) {
        if annotations.contains(GraftAPI.promoteAnnotation) { verbs.promote = nil }
        if annotations.contains(GraftAPI.approveAnnotation) { verbs.approve = nil }
        if annotations.contains(GraftAPI.abortAnnotation) { verbs.abort = nil }
        if annotations.contains(GraftAPI.retryAnnotation) { verbs.retry = nil }
        if annotations.contains(GraftAPI.restartAnnotation) { verbs.restart = nil }
        if annotations.contains(GraftAPI.overrideFreezeAnnotation) { verbs.overrideFreeze = nil }
    }

    /// The controller decides once and carries it out, or dies in the middle.
    mutating func decide(dying crash: Crash? = nil) {
        let facts = hosts.map(\.facts)
        let observation = self.observation(of: facts)
        let decision = RolloutEngine.decide(observation)
        follower?.follow(observation, of: facts, to: decision)
        self.decision = decision
        for effect in decision.effects { carryOut(effect) }
        if crash == .beforePlan { return }
        if let spec = decision.plan, spec != plan?.spec {
            plans.append(spec)
            plan = PlanFacts(uid: plan?.uid ?? "plan-\(plans.count)", spec: spec)
        }
        if crash == .beforeStatus { return }
        status = decision.status
        events += decision.events
        if crash == .beforeVerbsAreRemoved { return }
        consume(decision.consumed)
    }

    /// The controller starts anew: all it knows is what the API server remembers, as JSON.
    mutating func restart() throws {
        let written = status
        status = try ModuleDeploymentStatus(from: written.json)
        #expect(status == written, "the status is read back as it was written")
        if let plan { self.plan = PlanFacts(uid: plan.uid, spec: try ModulePlanSpec(from: plan.spec.json)) }
        epoch += 1
        leaderSince = now
        checks = []
        follower?.forget()
    }

    /// The controller died after it wrote a plan, before it wrote the status.
    /// - Parameter decided: what would have become of it otherwise.
    mutating func die(beforeStatusOf decided: World) {
        (revisions, plan, plans) = (decided.revisions, decided.plan, decided.plans)
        (decision, follower) = (decided.decision, decided.follower)
    }

    /// Whether all that decisions change is the same.
    func isAs(_ other: World) -> Bool {
        status == other.status && plan == other.plan && revisions == other.revisions && verbs == other.verbs
    }

    /// What was decided before is not told any more: worlds that are kept by the thousand.
    mutating func forgetThePast() {
        plans = []
        events = []
        checks = []
        decision?.events = []
        decision?.findings = nil
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .quarantine(let digest, let configHash, _, _, let reason):
            for index in revisions.indices where revisions[index].digest == digest && revisions[index].configHash == configHash {
                revisions[index].quarantine = QuarantineFacts(name: "q-\(revisions[index].name)", reason: reason)
            }
        case .outcome(let revision, let outcome, let message):
            guard let index = revisions.firstIndex(where: { $0.name == revision }) else { return }
            revisions[index].outcome = outcome
            revisions[index].message = message
        }
    }

    /// A host makes one transition, if one is due.
    mutating func act(_ index: Int) { act([index]) }

    private mutating func act(_ indices: some Sequence<Int>) {
        let quarantined = Set(revisions.lazy.filter { $0.quarantine != nil }.map(\.digest))
        for index in indices { hosts[index].act(on: plan, quarantined: quarantined, namespace: "payments", deployment: "http", now: now) }
    }

    /// A second passes: every host acts, and the controller decides. Where no host has anything to do, time passes until the
    /// controller wants to decide again, `end` at the latest.
    mutating func tick(end: Timestamp? = nil) {
        let before = hosts.map(\.slot)
        act(hosts.indices)
        let isQuiet = hosts.map(\.slot) == before && !isChecking
        let next = now + .seconds(1)
        now = isQuiet ? max(next, min(decision?.wakeAt ?? next + .seconds(60), end ?? .init(seconds: .max / 1_000_000))) : next
        performChecks()
        decide()
    }

    /// Time passes until something holds, or many hours are over.
    mutating func run(limit: Int = 1500, until isDone: (World) -> Bool) {
        decide()
        var ticks = 0
        while !isDone(self), ticks < limit {
            tick()
            ticks += 1
        }
    }

    mutating func run(seconds: Int) {
        decide()
        let end = now + .seconds(seconds)
        while now < end { tick(end: end) }
    }

    /// Hosts are no longer Ready.
    mutating func kill(_ indices: some Sequence<Int>) {
        for index in indices {
            hosts[index].isReady = false
            hosts[index].lastSeen = now
        }
    }

    // MARK: Then

    func isDelivered(_ version: String) -> Bool {
        status.phase == .healthy && status.stable?.revision == World.revision(version) && running(version) == readyHosts
    }

    var readyHosts: Int { hosts.count { $0.isReady } }
    func running(_ version: String) -> Int { hosts.count { $0.isReady && $0.active == World.revision(version) } }
    /// Hosts that give it some calls at least.
    func serving(_ version: String) -> Int { hosts.count { $0.isReady && $0.serves(World.revision(version)) } }
    func hosts(running version: String) -> [Int] { hosts.indices.filter { hosts[$0].active == World.revision(version) } }
    func condition(_ type: String) -> Condition? { status.conditions[type] }
    var isRunning: Bool { status.rollout?.state == .running }
    var rolledBack: Bool { status.rollout?.kind == .return && status.rollout?.state == .complete }
    /// What the plan asks of a host.
    func asked(_ index: Int) -> String? { plan.flatMap { hosts[index].asked(by: $0.spec)?.revision } }
}

extension World: CustomTestStringConvertible {
    var testDescription: String {
        let running = hosts.map { "\($0.isReady ? "" : "✝")\($0.active ?? "-")" }.joined(separator: " ")
        return "\(status.phase.rawValue), \(status.rollout?.id ?? "no rollout"): \(status.message) [\(running)]"
    }
}
