import Controllers
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import Schema
import Trust

/// One deployment over a fleet whose hosts obey plans.
struct Scene {
    static let namespace = "payments"
    static let name = "http-filter"

    let client: Client
    let count: Int
    let logger: Logger
    private let plans: Reflector<ModulePlan>

    init(client: Client, count: Int, logger: Logger) {
        self.client = client
        self.count = count
        self.logger = logger
        plans = Reflector(Api(client), logger: logger)
    }

    /// Hosts are of three zones.
    static func zone(_ number: Int) -> String { "zone-\(number % 3)" }
    static func node(_ number: Int) -> String { "node-\(number)" }
    static func host(_ number: Int) -> String { ModuleHost.name(hostClass: "edge-proxy", node: node(number)) }
    static func token(_ number: Int) -> String { "token-of-node-\(number)" }

    static func addTokens(of count: Int, to table: inout TokenTable) {
        for number in 0..<count {
            table.add(
                token(number),
                of: User(name: "system:serviceaccount:graft-agents:graft-agent", extra: [AgentTokens.nodeField: [node(number)]]),
                for: AgentTokens.audience)
        }
    }

    private var deployments: Api<ModuleDeployment> { Api(client, namespace: Self.namespace) }

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
        for version in ["1.0.0", "1.1.0"] { try await shelf.push(version) }
        var policy = VerificationPolicySpec()
        policy.match = PolicyMatch(
            namespaces: [Self.namespace], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/modules/**"])
        policy.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.releaseKey.publicKey.pem))]
        _ = try await Api<VerificationPolicy>(client).apply("release", ["spec": policy.json] as JSON, manager: "benchmark")
        let metric: JSON = [
            "name": "failed", "interval": "5s", "consecutiveNoDataLimit": 1000,
            "compare": ["control": "Matched", "smallestRegression": "5%"],
            "provider": [
                "hosts": [
                    "ratio": [
                        "failures": ["name": "http_requests_total", "labels": ["code": "500"]], "total": ["name": "http_requests_total"],
                    ]
                ]
            ],
        ]
        let latency: JSON = [
            "name": "slow", "interval": "5s", "consecutiveNoDataLimit": 1000,
            "compare": ["control": "Matched", "smallestRegression": "10%"],
            "provider": ["hosts": ["latency": ["histogram": ["name": "http_request_duration_seconds"], "quantile": 90]]],
        ]
        _ = try await Api<ModuleAnalysis>(client, namespace: Self.namespace)
            .apply("errors", ["spec": ["metrics": [metric, latency]]] as JSON, manager: "benchmark")
        try await forEach(0..<count) { number in
            var spec = ModuleHostSpec()
            spec.hostClass = "edge-proxy"
            spec.nodeName = Self.node(number)
            spec.runtimeVersion = "2.4.1"
            spec.contract = "edge/3"
            spec.agentVersion = "0.1.0"
            spec.zone = Self.zone(number)
            _ = try await Api<ModuleHost>(client).create(ModuleHost(metadata: ObjectMeta(name: Self.host(number)), spec: spec))
            // Renewed by nobody: what Leases cost is measured elsewhere.
            let now = Surroundings.system.wallTime()
            let lease = Lease.Spec(holderIdentity: Self.node(number), leaseDurationSeconds: 7200, acquireTime: now, renewTime: now)
            _ = try await Api<Lease>(client, namespace: GraftAPI.agentNamespace).apply(
                Self.node(number), ["spec": lease.json] as JSON, manager: "agent")
        }
        say("\(count) hosts are registered")
    }

    /// Obeys plans until it is cancelled.
    func obey() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await plans.run() }
            group.addTask { try await follow() }
            try await group.waitForAll()
        }
    }

    private func follow() async throws {
        var done: [Int: PlannedRevision] = [:]
        while true {
            if let plan = plans.store.all().first {
                let before = done
                let due = (0..<count).compactMap { number -> (Int, PlannedRevision)? in
                    guard let asked = plan.spec.revision(forHost: Self.host(number), zone: Self.zone(number)) else { return nil }
                    let wanted = PlannedRevision(
                        revision: asked.revision, digest: asked.digest, version: asked.version ?? "", rollout: plan.spec.rollout)
                    return before[number] == wanted ? nil : (number, wanted)
                }
                try await forEach(due.indices) { index in
                    let (number, asked) = due[index]
                    var slot = SlotStatus()
                    slot.name = plan.spec.slot
                    slot.owner = SlotOwner(namespace: Self.namespace, name: plan.metadata.name, planUID: plan.metadata.uid ?? "")
                    slot.rollout = asked.rollout
                    slot.active = ActiveRevision(
                        revision: asked.revision, digest: asked.digest, version: asked.version, since: Surroundings.system.wallTime())
                    slot.target = SlotTarget(revision: asked.revision, state: .active)
                    // What is to be gone back to stays beside it.
                    slot.staged = Set([asked.revision, plan.spec.stable?.revision, plan.spec.previous?.revision].compactMap(\.self))
                        .sorted()
                    var status = ModuleHostStatus()
                    status.slots = [slot]
                    _ = try await Api<ModuleHost>(client).applyStatus(Self.host(number), ["status": status.json] as JSON, manager: "agent")
                }
                for (number, asked) in due { done[number] = asked }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private struct PlannedRevision: Hashable {
        var revision: String
        var digest: String
        var version: String
        var rollout: String
    }

    /// What each host runs, and whether that is the canary: what agents put into their records.
    struct Running: Sendable {
        var revision: String
        var digest: String
        var isCanary: Bool
    }

    /// What a host is to run, and runs.
    func running(_ number: Int) -> Running? {
        guard let plan = plans.store.all().first else { return nil }
        return plan.spec.revision(forHost: Self.host(number), zone: Self.zone(number)).map {
            Running(revision: $0.revision, digest: $0.digest, isCanary: $0.revision == plan.spec.canary?.revision)
        }
    }

    private func apply(_ version: String, steps: JSON) async throws {
        let spec: JSON = [
            "class": "edge-proxy", "slot": "net/filter", "selector": [:], "module": .string(ModuleShelf.reference(version)),
            "strategy": ["maxUnavailable": "100%", "soakSeconds": 0, "progressDeadlineSeconds": 3600, "steps": steps],
        ]
        _ = try await deployments.apply(Self.name, ["spec": spec] as JSON, manager: "benchmark")
    }

    func deliver(_ version: String) async throws {
        try await apply(version, steps: [])
        try await becomes("\(version) is delivered") { $0.phase == .healthy && $0.stable?.version == version }
    }

    /// Ten percent run it, and are compared with the others.
    func beginRollout(_ version: String) async throws {
        try await apply(version, steps: [["setWeight": 10], ["analysis": ["analyses": [["name": "errors"]]]]])
        try await becomes("the analysis begins") { $0.rollout?.checks.contains { $0.subject == "errors" } ?? false }
    }

    func waitUntilRolledBack() async throws {
        try await becomes("it is rolled back") { $0.stable?.version == "1.0.0" && $0.phase == .degraded }
    }

    /// How the comparisons stand: requests of canary and stable hosts that were counted by then.
    func measured() async throws -> [String] {
        let checks = try await deployments.get(Self.name).status.rollout?.checks ?? []
        return checks.flatMap { $0.result?.metrics ?? [] }.map { metric in
            let last = metric.measurements.last
            return "\(metric.name): \(last?.value ?? "-"): \(last?.message ?? "-")"
        }
    }

    func message() async throws -> String { try await deployments.get(Self.name).status.message }

    private func becomes(_ what: String, _ holds: (ModuleDeploymentStatus) -> Bool) async throws {
        var last = ""
        try await eventually("\(what); \(last)", within: .seconds(900), every: .milliseconds(100)) {
            let deployment = try await deployments.get(Self.name)
            last = "\(deployment.status.phase.rawValue): \(deployment.status.message)"
            return deployment.status.observedGeneration == deployment.metadata.generation && holds(deployment.status)
        }
    }

    private func forEach(_ numbers: Range<Int>, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
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
