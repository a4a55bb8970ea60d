import GraftAPI
import KubeCore
import Rollout
import Schema
import Testing

@testable import Controllers

/// Deployments that share hosts and a budget, decided in any order, with caches that lag behind and hosts that answer late.
private struct SharedFleet {
    struct Tenant {
        var key: ObjectKey
        var slot: String
        var status = ModuleDeploymentStatus()
        /// As decided, newest last; caches may see any of the last two.
        var plans: [ModulePlanSpec] = []
        var revisions: [RevisionFacts]
    }

    var hosts: [ModuleHost] = []
    var tenants: [Tenant] = []
    var now = Timestamp(seconds: 1_767_225_600)
    var seed: UInt64
    let ledger = BudgetLedger()
    let budget: UnprovenBudget

    init(hosts count: Int, tenants tenantCount: Int, budget: UnprovenBudget, seed: UInt64) {
        self.budget = budget
        self.seed = seed
        for number in 0..<tenantCount {
            let name = "module-\(number)"
            let digests = ["a", "b"].map { "sha256:" + String(repeating: $0, count: 64) }
            let old = RevisionFacts(name: "\(name)-old", number: 1, digest: digests[0], version: "1.0.0", outcome: .good)
            let new = RevisionFacts(name: "\(name)-new", number: 2, digest: digests[1], version: "1.1.0")
            var tenant = Tenant(key: ObjectKey(namespace: "payments", name: name), slot: "slot/\(number)", revisions: [old, new])
            tenant.status.stable = RevisionReference(revision: old.name, digest: old.digest, version: "1.0.0")
            tenants.append(tenant)
        }
        for number in 0..<count {
            var spec = ModuleHostSpec()
            spec.hostClass = "edge"
            spec.nodeName = "node-\(number)"
            var status = ModuleHostStatus()
            status.slots = tenants.map { tenant in
                var slot = SlotStatus()
                slot.name = tenant.slot
                slot.owner = SlotOwner(namespace: "payments", name: tenant.key.name, planUID: tenant.key.name)
                slot.active = ActiveRevision(
                    revision: tenant.revisions[0].name, digest: tenant.revisions[0].digest, version: "1.0.0", since: now)
                return slot
            }
            hosts.append(ModuleHost(metadata: ObjectMeta(name: "edge.node-\(number)"), spec: spec, status: status))
        }
    }

    mutating func roll(_ sides: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(sides))
    }

    /// One tenant decides, perhaps aborting, by what a cache shows of the others.
    mutating func decide(_ index: Int, aborting: Bool = false) {
        let tenant = tenants[index]
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge"
        spec.slot = tenant.slot
        spec.strategy.maxUnavailable = .count(3)
        spec.strategy.soakSeconds = 0
        let facts = hosts.map { host in
            Rollout.HostFacts(name: host.metadata.name, slot: host.status.slots.first { $0.name == tenant.slot })
        }
        var observation = Observation(
            deployment: tenant.key, uid: tenant.key.name, spec: spec, status: tenant.status,
            plan: tenant.plans.last.map { PlanFacts(uid: tenant.key.name, spec: $0) }, wanted: .revision(tenant.revisions[1].name),
            revisions: tenant.revisions, hosts: FleetIndex(facts), epoch: 1, leaderSince: now - .seconds(3600), now: now)
        if aborting { observation.verbs.abort = tenant.status.rollout?.id }
        var parties: [UnprovenCensus.Party] = []
        for other in tenants {
            let lag = roll(2)
            let seen = other.plans.dropLast(other.plans.count > lag ? lag : 0).last
            parties.append(
                .init(
                    key: other.key, plan: seen, before: nil,
                    proven: Set(other.revisions.filter { $0.outcome == .good }.map(\.name))))
        }
        let account = BudgetLedger.Account(name: "guard", budget: budget, hosts: hosts, parties: parties)
        let decision = ledger.decide(observation, accounts: { [account] }, isReady: { _ in true }).decision
        for case .outcome(let name, let outcome, _) in decision.effects {
            if let place = tenants[index].revisions.firstIndex(where: { $0.name == name }) {
                tenants[index].revisions[place].outcome = outcome
            }
        }
        if let plan = decision.plan, plan != tenant.plans.last { tenants[index].plans.append(plan) }
        tenants[index].status = decision.status
    }

    /// Some hosts do what plans ask, perhaps one that is old by now.
    mutating func act() {
        for host in hosts.indices {
            for (place, tenant) in tenants.enumerated() where roll(3) == 0 {
                guard let plan = tenant.plans.last, let asked = plan.revision(forHost: hosts[host].metadata.name) else { continue }
                hosts[host].status.slots[place].rollout = plan.rollout
                hosts[host].status.slots[place].target = SlotTarget(revision: asked.revision, state: .active)
                hosts[host].status.slots[place].staged = [tenant.revisions[0].name]
                if hosts[host].status.slots[place].active?.revision != asked.revision {
                    hosts[host].status.slots[place].active = ActiveRevision(
                        revision: asked.revision, digest: asked.digest, version: asked.version, since: now)
                }
            }
        }
        now = now + .seconds(1)
    }

    /// Hosts that truly run, or are asked to run, what is not Good.
    var unproven: Int {
        hosts.count { host in
            tenants.enumerated().contains { place, tenant in
                let good = Set(tenant.revisions.filter { $0.outcome == .good }.map(\.name))
                let asked = tenant.plans.last?.revision(forHost: host.metadata.name)?.revision
                let active = host.status.slots[place].active?.revision
                return [asked, active].compactMap(\.self).contains { !good.contains($0) }
            }
        }
    }
}

@Suite("The ledger of budgets")
struct BudgetLedgerTests {
    @Test(
        "Whatever order deployments decide in, however old what they see: their hosts together never exceed the budget", arguments: 1...8)
    func neverExceeded(seed: Int) {
        var fleet = SharedFleet(hosts: 24, tenants: 4, budget: UnprovenBudget(.count(3 + seed % 4)), seed: UInt64(seed))
        var most = 0
        for _ in 0..<120 {
            fleet.decide(fleet.roll(4), aborting: fleet.roll(25) == 0)
            most = max(most, fleet.unproven)
            if fleet.roll(2) == 0 { fleet.act() }
        }
        #expect(most <= 3 + seed % 4)
        #expect(most > 0)
    }

    @Test("A budget as large as the fleet holds nobody up")
    func ample() {
        var fleet = SharedFleet(hosts: 9, tenants: 3, budget: UnprovenBudget(.count(9)), seed: 1)
        for _ in 0..<200 where !fleet.tenants.allSatisfy({ $0.status.stable?.version == "1.1.0" }) {
            for index in 0..<3 { fleet.decide(index) }
            fleet.act()
        }
        #expect(fleet.tenants.allSatisfy { $0.status.stable?.version == "1.1.0" }, "\(fleet.tenants.map(\.status.message))")
    }

    @Test("What becomes free goes to the rollout that is oldest, whoever asks first")
    func order() {
        // So many hosts that no two of them would begin with the same.
        var fleet = SharedFleet(hosts: 60, tenants: 3, budget: UnprovenBudget(.count(3)), seed: 1)
        func asked(_ index: Int) -> Int {
            fleet.hosts.count { fleet.tenants[index].plans.last?.revision(forHost: $0.metadata.name)?.version == "1.1.0" }
        }
        // Given one that has all of it, and two that wait.
        for index in 0..<3 {
            fleet.decide(index)
            fleet.now = fleet.now + .seconds(5)
        }
        #expect([asked(0), asked(1), asked(2)] == [3, 0, 0])
        // When the first gives up, and its hosts have left
        fleet.decide(0, aborting: true)
        fleet.decide(2)
        fleet.decide(1)
        #expect([asked(1), asked(2)] == [0, 0], "they have not left yet")
        for _ in 0..<20 { fleet.act() }
        // Then the youngest gets nothing, although it asks first.
        fleet.decide(2)
        #expect(asked(2) == 0)
        fleet.decide(1)
        #expect(asked(1) == 3)
    }

    @Test("A host counts once, with all that it runs, is asked for, or has yet to give up")
    func census() throws {
        let fleet = SharedFleet(hosts: 4, tenants: 2, budget: UnprovenBudget(.count(2)), seed: 1)
        var hosts = fleet.hosts
        let keys = fleet.tenants.map(\.key)
        for place in 0..<2 {
            hosts[0].status.slots[place].active = ActiveRevision(
                revision: "\(keys[place].name)-new", digest: "sha256:b", since: fleet.now)
        }
        hosts[1].status.slots[0].target = SlotTarget(revision: "\(keys[0].name)-new", state: .probing)
        hosts[2].status.slots[0].target = SlotTarget(revision: "\(keys[0].name)-new", state: .reverted)
        func party(_ index: Int, _ plan: ModulePlanSpec?, before: ModulePlanSpec? = nil, proven: Set<String> = []) -> UnprovenCensus.Party {
            .init(key: keys[index], plan: plan, before: before, proven: proven.union(["\(keys[index].name)-old"]))
        }
        func count(_ parties: [UnprovenCensus.Party]) -> UnprovenCensus.Result {
            UnprovenCensus(parties).count(hosts) { _ in true }
        }
        let both = count([party(0, nil), party(1, nil)])
        #expect(both.hosts == 4 && both.used == 2)
        #expect(both.holders == "payments/module-0 2, payments/module-1 1")
        #expect(count([party(0, nil, proven: ["module-0-new"]), party(1, nil)]).used == 1)
        var asking = ModulePlanSpec()
        asking.hostClass = "edge"
        asking.slot = "slot/0"
        asking.rollout = "module-0-new-1"
        asking.salt = "s"
        asking.canary = RevisionReference(revision: "module-0-new", digest: "sha256:b")
        asking.cutoffs = [Cutoff(below: .end)]
        #expect(count([party(0, asking)]).used == 4)
        // What was taken back counts until hosts have answered that.
        var back = asking
        back.rollout = "module-0-old-2"
        back.canary = RevisionReference(revision: "module-0-old", digest: "sha256:a")
        #expect(count([party(0, back, before: asking)]).used == 4)
        for index in 2...3 { hosts[index].status.slots[0].rollout = "module-0-old-2" }
        #expect(count([party(0, back, before: asking)]).used == 2)
    }

    @Test("Hosts that an order has asked count before they answer, and those of later groups don't")
    func groups() {
        let fleet = SharedFleet(hosts: 4, tenants: 1, budget: UnprovenBudget(.count(2)), seed: 1)
        var hosts = fleet.hosts
        for index in hosts.indices { hosts[index].spec.features = [AgentFeature.order] }
        for index in 0...1 { hosts[index].metadata.labels["stage"] = "staging" }
        var asking = ModulePlanSpec()
        asking.hostClass = "edge"
        asking.slot = "slot/0"
        asking.salt = "s"
        asking.order = HostOrder(label: "stage", values: ["staging"])
        asking.canary = RevisionReference(revision: "new", digest: "sha256:b")
        // All of the first group, and none of the last.
        asking.cutoffs = [Cutoff(below: .start(ofLevel: 0))]
        let key = fleet.tenants[0].key
        let census = UnprovenCensus([.init(key: key, plan: asking, before: nil, proven: ["\(key.name)-old"])])
        #expect(census.count(hosts) { _ in true }.names == Set(hosts[0...1].map(\.metadata.name)))
        // An agent that knows of no orders takes its host for one of the last group.
        hosts[0].spec.features = []
        #expect(census.count(hosts) { _ in true }.names == [hosts[1].metadata.name])
    }
}
