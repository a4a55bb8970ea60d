import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Schema
import Synchronization

/// Hosts that do what plans ask and report it, as agents do, without any bytes: what a module does to a host is said by its version.
final class ObedientFleet: Sendable {
    /// What becomes of a host that activates a version.
    enum Fate: Sendable { case works, failsProbe, neverAnswers }

    private struct Host: Sendable {
        var name: String
        var labels: [String: String]
        /// By name.
        var slots: [String: SlotStatus] = [:]
    }

    private let client: Client
    private let plans: Reflector<ModulePlan>
    private let revisions: Reflector<ModuleRevision>
    private let hosts: Mutex<[Host]>
    private let fates: Mutex<[String: Fate]>
    /// How often each host has loaded anew what it runs.
    let restarts = Mutex<[String: Int]>([:])
    private let complaint = Mutex("the probe found nothing that works")

    init(_ client: Client, logger: Logger) {
        self.client = client
        plans = Reflector(Api(client), fields: ["spec.class": "edge-proxy"], logger: logger)
        revisions = Reflector(Api(client), logger: logger)
        hosts = Mutex([])
        fates = Mutex([:])
    }

    func set(_ fate: Fate, of version: String) { fates.withLock { $0[version] = fate } }

    /// What a host says whose probe fails.
    func complain(_ text: String) { complaint.withLock { $0 = text } }

    /// Registers hosts, with a Lease each.
    func register(_ count: Int, labels: [String: String] = ["tier": "edge"], runtimeVersion: String = "2.4.1") async throws {
        let leases = Api<Lease>(client, namespace: GraftAPI.agentNamespace)
        let modules = Api<ModuleHost>(client)
        let first = hosts.withLock { $0.count }
        for number in first..<first + count {
            let node = "node-\(number)"
            let now = Surroundings.system.wallTime()
            let lease = Lease(
                metadata: ObjectMeta(name: node, namespace: GraftAPI.agentNamespace),
                spec: .init(holderIdentity: node, leaseDurationSeconds: 3600, acquireTime: now, renewTime: now))
            _ = try await leases.create(lease)
            var spec = ModuleHostSpec()
            spec.hostClass = "edge-proxy"
            spec.nodeName = node
            spec.runtimeVersion = runtimeVersion
            spec.contract = "edge/3"
            spec.agentVersion = "0.1.0"
            spec.features = [GraftAPI.restartFeature]
            let name = ModuleHost.name(hostClass: "edge-proxy", node: node)
            _ = try await modules.create(ModuleHost(metadata: ObjectMeta(name: name, labels: labels), spec: spec))
            hosts.withLock { $0.append(Host(name: name, labels: labels)) }
        }
    }

    /// The version that each host runs.
    var versions: [String?] { versions(in: "net/filter") }

    func versions(in slot: String) -> [String?] { hosts.withLock { $0.map { $0.slots[slot]?.active?.version } } }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.plans.run() }
            group.addTask { try await self.revisions.run() }
            group.addTask { try await self.obey() }
            try await group.waitForAll()
        }
    }

    private func obey() async throws {
        while true {
            for plan in plans.store.all() { try await obey(plan) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func obey(_ plan: ModulePlan) async throws {
        let due = hosts.withLock { hosts in hosts.indices.filter { isDue(hosts[$0], plan) } }
        // As many at once as real agents would be.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in due { group.addTask { try await self.turn(index, plan) } }
            try await group.waitForAll()
        }
    }

    private func isDue(_ host: Host, _ plan: ModulePlan) -> Bool {
        guard plan.spec.selector.matches(host.labels) else { return false }
        let slot = host.slots[plan.spec.slot] ?? SlotStatus()
        if plan.spec.action == .unload { return slot.active != nil }
        guard let wanted = plan.spec.revision(forHost: host.name) else { return false }
        // What is here already needs no revision to fetch it by.
        let isHere = slot.active?.revision == wanted.revision || slot.staged.contains(wanted.revision)
        let key = ObjectKey(namespace: plan.metadata.namespace, name: wanted.revision)
        guard isHere || revisions.store.get(key) != nil else { return false }
        let isCurrent = slot.rollout == plan.spec.rollout && slot.owner.planUID == plan.metadata.uid
        if let restart = plan.spec.restart(ofHost: host.name), slot.restarted != restart { return true }
        return !(isCurrent && slot.target?.revision == wanted.revision)
    }

    private func turn(_ index: Int, _ plan: ModulePlan) async throws {
        let host = hosts.withLock { hosts -> Host in
            var slot = hosts[index].slots[plan.spec.slot] ?? SlotStatus()
            slot.name = plan.spec.slot
            slot.owner = SlotOwner(namespace: plan.metadata.namespace ?? "", name: plan.metadata.name, planUID: plan.metadata.uid ?? "")
            slot.rollout = plan.spec.rollout
            change(&slot, plan, host: hosts[index].name)
            hosts[index].slots[plan.spec.slot] = slot
            return hosts[index]
        }
        var status = ModuleHostStatus()
        status.slots = host.slots.values.filter { $0.active != nil || plan.spec.action == .run || $0.name != plan.spec.slot }
            .sorted { $0.name < $1.name }
        _ = try await Api<ModuleHost>(client).applyStatus(host.name, ["status": status.json] as JSON, manager: GraftAPI.agentManager)
    }

    private func change(_ slot: inout SlotStatus, _ plan: ModulePlan, host: String) {
        guard plan.spec.action == .run, let wanted = plan.spec.revision(forHost: host) else {
            slot.active = nil
            slot.target = nil
            return
        }
        let now = Surroundings.system.wallTime()
        slot.staged = [plan.spec.previous?.revision].compactMap(\.self)
        switch fates.withLock({ $0[wanted.version ?? ""] ?? .works }) {
        case .works:
            if slot.active?.revision != wanted.revision {
                slot.active = ActiveRevision(revision: wanted.revision, digest: wanted.digest, version: wanted.version, since: now)
            }
            slot.target = SlotTarget(revision: wanted.revision, state: .active)
            if let restart = plan.spec.restart(ofHost: host), slot.restarted != restart {
                slot.restarted = restart
                restarts.withLock { $0[host, default: 0] += 1 }
            }
        case .failsProbe:
            slot.target = SlotTarget(
                revision: wanted.revision, state: slot.active == nil ? .failed : .reverted, blame: .module, reason: "ProbeFailed",
                message: complaint.withLock { $0 })
        case .neverAnswers: slot.target = SlotTarget(revision: wanted.revision, state: .probing)
        }
    }
}
