import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import OCI
import Schema
import Trust

@testable import Agent

/// A cluster with Graft's kinds, a shelf of modules and a policy; revisions and plans are written as the controller would.
struct AgentBench {
    let cluster: EmbeddedCluster
    let shelf: FallibleShelf
    let directory: String

    static func run<Result>(_ body: (AgentBench) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { (directory: String) in
            try await withEmbeddedCluster { cluster in
                for kind in GraftAPI.kinds { try await cluster.apply(definition: kind.customResourceDefinition) }
                for namespace in ["payments", GraftAPI.agentNamespace] { try await cluster.createNamespace(namespace) }
                let bench = AgentBench(cluster: cluster, shelf: try FallibleShelf(directory: directory), directory: directory)
                try await bench.allow()
                return try await body(bench)
            }
        }
    }

    /// One policy: what the shelf's key signed may go from payments to edge proxies.
    func allow() async throws {
        var policy = VerificationPolicySpec()
        policy.match = PolicyMatch(
            namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/**"])
        policy.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.key.publicKey.pem))]
        let body: JSON = ["spec": policy.json]
        _ = try await Api<VerificationPolicy>(cluster.client).apply("release", body, manager: "test")
    }

    /// Pushes a version and writes its revision.
    @discardableResult
    func publish(
        _ version: String, slot: String = "net/filter", library: String? = nil, config: JSON? = nil, signedBy key: PrivateKey? = nil,
        descriptor: (inout JSON) -> Void = { _ in }
    ) async throws -> RevisionReference {
        let content = library.map { BlobContent.file(path: $0) } ?? .bytes(Array("the code of \(version)".utf8))
        let digests = try await shelf.push(version, files: [("libfilter.so", content)], signedBy: key) {
            $0["slot"] = .string(slot)
            descriptor(&$0)
        }
        var spec = ModuleRevisionSpec()
        spec.number = 1
        spec.source = "\(FallibleShelf.repository):\(version)"
        spec.digest = digests.module
        spec.config = config
        spec.configHash = ConfigHash.of(config)
        spec.hostClass = "edge-proxy"
        spec.slot = slot
        spec.version = version
        spec.descriptor = ["name": "http-filter"]
        spec.signatures = [SignatureReference(digest: digests.signature)]
        let name = ConfigHash.revisionName(deployment: "filter", digest: digests.module, configHash: spec.configHash)
        _ = try await Api<ModuleRevision>(cluster.client, namespace: "payments").apply(name, ["spec": spec.json] as JSON, manager: "test")
        return RevisionReference(revision: name, digest: digests.module, version: version)
    }

    /// Writes the plan: everyone runs `stable`, or `canary` when there is one.
    func plan(
        stable: RevisionReference?, canary: RevisionReference? = nil, previous: RevisionReference? = nil, rollout: String = "r1",
        action: ModulePlanSpec.Action = .run, labels: [String: String] = [:], name: String = "filter", slot: String = "net/filter",
        cutoffs: [Cutoff] = [Cutoff(below: .end)], traffic: TrafficRule? = nil, stageAhead: Bool? = nil, restart: Instant? = nil
    ) async throws {
        var spec = ModulePlanSpec()
        spec.epoch = 1
        spec.action = action
        spec.hostClass = "edge-proxy"
        spec.slot = slot
        spec.selector = LabelSelector(matchLabels: labels)
        spec.rollout = rollout
        spec.salt = "salt"
        spec.stable = stable
        spec.canary = canary
        spec.previous = previous
        spec.cutoffs = cutoffs
        spec.traffic = traffic
        spec.requires = traffic == nil ? [] : [GraftAPI.routingFeature]
        spec.stageAhead = stageAhead
        spec.restart = restart
        _ = try await Api<ModulePlan>(cluster.client, namespace: "payments").apply(name, ["spec": spec.json] as JSON, manager: "test")
    }

    func configuration(node: String = "node-1", directory settings: DirectorySettings? = nil, policy: SlotPolicy = .fast)
        -> AgentConfiguration
    {
        AgentConfiguration(
            hostClass: "edge-proxy", nodeName: node, runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload"],
            labels: ["tier": "edge"], slots: [.init(name: "net/filter", directory: settings, policy: policy)],
            stateDirectory: "\(directory)/state-\(node)", judgeSpread: .milliseconds(50), signatureSpread: .milliseconds(50))
    }

    func agent(
        _ configuration: AgentConfiguration, driver: (any Driver)? = nil, transport: any Transport = NoTransport(),
        sources: AgentSources? = nil, disk: Disk = .real
    ) throws -> AgentServices {
        try AgentServices(
            client: cluster.client, artifacts: shelf, configuration: configuration, transport: transport, driver: { _ in driver },
            sources: sources, disk: disk, logger: .silent)
    }

    /// Runs an agent for as long as `body` runs.
    func withAgent<Result>(_ agent: AgentServices, _ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await agent.run() }
            do {
                let result = try await body()
                group.cancelAll()
                while let ended = await group.nextResult() { try? ended.get() }
                return result
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    func status(_ node: String = "node-1") async throws -> SlotStatus? {
        try await Api<ModuleHost>(cluster.client).getIfPresent("edge-proxy.\(node)")?.status.slots.first
    }

    @discardableResult
    func waits(_ node: String = "node-1", for what: String, _ condition: (SlotStatus) -> Bool) async throws -> SlotStatus {
        var last: SlotStatus?
        do {
            return try await eventually(what) {
                last = try await status(node)
                return last.flatMap { condition($0) ? $0 : nil }
            }
        } catch let error as NeverHappened {
            throw NeverHappened(description: "\(error); last: \(last.map { $0.json.text() } ?? "nothing")")
        }
    }

    func waitsUntilActive(_ version: String, _ node: String = "node-1") async throws {
        try await waits(node, for: "\(version) is active") { $0.active?.version == version && $0.target?.state == .active }
    }
}

/// Where no host is to be reached.
struct NoTransport: Transport {
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        throw TransportError(.refused, "nothing listens there")
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

extension SlotPolicy {
    /// As quick as real processes are.
    static var fast: SlotPolicy {
        var policy = SlotPolicy()
        policy.probeDeadline = .seconds(3)
        policy.probeInterval = .milliseconds(30)
        policy.soak = .milliseconds(300)
        policy.soakInterval = .milliseconds(50)
        policy.fetchSpread = .zero
        policy.aheadSpread = .zero
        policy.returnSpread = .zero
        policy.firstPause = .milliseconds(50)
        policy.longestPause = .milliseconds(400)
        return policy
    }
}
