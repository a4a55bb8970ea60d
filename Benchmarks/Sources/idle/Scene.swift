import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Schema
import Trust

/// Deployments of one host each, 16 hosts on a node, a hundred of a class. Hosts obey plans, and nodes renew their Leases.
struct Scene {
    static let namespace = "payments"
    static func deployment(_ number: Int) -> String { "d-\(number)" }

    let client: Client
    let count: Int
    let logger: Logger
    private let plans: Reflector<ModulePlan>
    private let inbox = PlanInbox()

    init(client: Client, count: Int, logger: Logger) {
        self.client = client
        self.count = count
        self.logger = logger
        plans = Reflector(Api(client), logger: logger)
    }

    private var nodes: Int { (count + 15) / 16 }
    func hostClass(_ number: Int) -> String { "class-\(number % 16)-\(number / 1600)" }
    private func node(_ number: Int) -> String { "node-\(number / 16)" }
    func shard(_ number: Int) -> String { "s\(number / 16)" }
    func host(_ number: Int) -> String { ModuleHost.name(hostClass: hostClass(number), node: node(number)) }

    func prepare(layout: String) async throws {
        let definitions = Api<CustomResourceDefinition>(client)
        for kind in GraftAPI.kinds {
            let definition = kind.customResourceDefinition
            _ = try await definitions.apply(definition["metadata"]?["name"]?.string ?? "", definition, manager: "benchmark")
        }
        for namespace in [Self.namespace, GraftAPI.systemNamespace, GraftAPI.agentNamespace] {
            _ = try await Api<Namespace>(client).apply(namespace, [:] as JSON, manager: "benchmark")
        }
        let shelf = try ModuleShelf(directory: layout)
        try await shelf.push("1.0.0")
        var policy = VerificationPolicySpec()
        policy.match = PolicyMatch(
            namespaces: [Self.namespace], classes: ["class-*"], slots: ["net/*"], repositories: ["registry.example/modules/**"])
        policy.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.releaseKey.publicKey.pem))]
        _ = try await Api<VerificationPolicy>(client).apply("release", ["spec": policy.json] as JSON, manager: "benchmark")
        try await renew()
        try await forEach(0..<sample) { number in
            try await register(number)
            var wanted = ModuleDeploymentSpec()
            wanted.hostClass = hostClass(number)
            wanted.slot = "net/filter"
            wanted.selector = LabelSelector(matchLabels: ["shard": shard(number)])
            wanted.module = ModuleShelf.reference("1.0.0")
            wanted.strategy.soakSeconds = 0
            _ = try await Api<ModuleDeployment>(client, namespace: Self.namespace)
                .apply(Self.deployment(number), ["spec": wanted.json] as JSON, manager: "benchmark")
        }
        say("\(count) deployments, as many hosts, \(nodes) nodes")
    }

    /// A host of one deployment.
    func register(_ number: Int) async throws {
        var spec = ModuleHostSpec()
        spec.hostClass = hostClass(number)
        spec.nodeName = node(number)
        spec.runtimeVersion = "2.4.1"
        spec.contract = "edge/3"
        spec.agentVersion = "0.1.0"
        let metadata = ObjectMeta(name: host(number), labels: ["shard": shard(number)])
        _ = try await Api<ModuleHost>(client).create(ModuleHost(metadata: metadata, spec: spec))
    }

    /// So many are delivered by a controller, and the others are copies of these.
    var sample: Int { min(count, 160) }

    /// Each deployment is delivered more than once, and so has a history and several revisions.
    static let rounds = 2

    /// Waits until all are delivered for the first time; or has all configured anew, and waits for that.
    func deliver(round: Int) async throws {
        if round > 0 {
            try await forEach(0..<sample) { number in
                let config: JSON = [
                    "listeners": [.string("0.0.0.0:\(8000 + number % 1000)")], "rules": ["allow 10.0.0.0/8", "deny all"],
                    "round": .integer(Int64(round)),
                ]
                _ = try await Api<ModuleDeployment>(client, namespace: Self.namespace).mergePatch(
                    Self.deployment(number), ["spec": ["config": config]] as JSON)
            }
        }
        try await waitUntilHealthy(after: round + 1)
    }

    /// While a body runs, hosts obey nothing: what it writes stays as it is written.
    func whileNobodyObeys(_ body: () async throws -> Void) async throws {
        inbox.isClosed = true
        try await body()
        try await plans.store.waitUntilSynced()
        while plans.store.count < count { try await Task.sleep(for: .milliseconds(100)) }
        inbox.isClosed = false
    }

    /// The newest epoch of all plans.
    var newestEpoch: Int64 { plans.store.all().map(\.spec.epoch).max() ?? 0 }

    /// Whether a leader has taken over every plan since.
    func areAllNewer(than epoch: Int64) -> Bool {
        let plans = plans.store.all()
        return plans.count >= count && plans.allSatisfy { $0.spec.epoch > epoch }
    }

    func renew() async throws {
        try await forEach(0..<nodes) { number in
            let now = Surroundings.system.wallTime()
            let spec = Lease.Spec(holderIdentity: "node-\(number)", leaseDurationSeconds: 60, acquireTime: now, renewTime: now)
            _ = try await Api<Lease>(client, namespace: GraftAPI.agentNamespace).apply(
                "node-\(number)", ["spec": spec.json] as JSON, manager: "agent")
        }
    }

    /// Obeys plans and renews Leases until it is cancelled.
    func live() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await plans.run() }
            group.addTask { try await obey() }
            group.addTask {
                while true {
                    try await renew()
                    try await Task.sleep(for: .seconds(15))
                }
            }
            try await group.waitForAll()
        }
    }

    private func obey() async throws {
        let subscription = plans.store.subscribe { inbox.take($0) }
        defer { subscription.cancel() }
        while true {
            let due = inbox.empty()
            try await forEach(due.indices) { try await obey(due[$0]) }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func obey(_ plan: ModulePlan) async throws {
        guard let number = Int(plan.metadata.name.dropFirst(2)), let asked = plan.spec.revision(forHost: host(number)) else { return }
        var slot = SlotStatus()
        slot.name = plan.spec.slot
        slot.owner = SlotOwner(namespace: Self.namespace, name: plan.metadata.name, planUID: plan.metadata.uid ?? "")
        slot.rollout = plan.spec.rollout
        slot.active = ActiveRevision(
            revision: asked.revision, digest: asked.digest, version: asked.version,
            since: plan.metadata.creationTimestamp ?? Timestamp(seconds: 0))
        slot.target = SlotTarget(revision: asked.revision, state: .active)
        // What is to be gone back to stays beside it.
        slot.staged = Set([asked.revision, plan.spec.stable?.revision, plan.spec.previous?.revision].compactMap(\.self)).sorted()
        var status = ModuleHostStatus()
        status.slots = [slot]
        _ = try await Api<ModuleHost>(client).applyStatus(host(number), ["status": status.json] as JSON, manager: "agent")
    }

    private func waitUntilHealthy(after revisions: Int) async throws {
        let began = ContinuousClock.now
        while .now - began < .seconds(3600) {
            var healthy = 0
            var options = ListOptions(limit: 500)
            while true {
                let page = try await Api<ModuleDeployment>(client, namespace: Self.namespace).page(options)
                healthy += page.items.count { deployment in
                    let status = deployment.status
                    return status.phase == .healthy && status.history.count == revisions
                        && status.observedGeneration == deployment.metadata.generation
                }
                guard let next = page.continueToken, !next.isEmpty else { break }
                options.continueToken = next
            }
            if healthy == sample { return }
            try await Task.sleep(for: .seconds(2))
        }
        throw Complaint("not all deployments are delivered after an hour")
    }

    func forEach(_ numbers: Range<Int>, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let writers = 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in stride(from: numbers.lowerBound + writer, to: numbers.upperBound, by: writers) { try await body(number) }
                }
            }
            try await group.waitForAll()
        }
    }
}
