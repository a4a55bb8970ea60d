import Agent
import Controllers
import GraftAPI
import HTTPCore
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import Logging
import Schema
import ServiceLifecycle
import Trust

/// Graft as its manifests install it: the controller and the agents of some nodes, each as its service account.
struct Installation {
    let cluster: EmbeddedCluster
    let shelf: ModuleShelf
    let refusals = RefusalLog()
    let directory: String

    /// Through which agents tell what their hosts expose.
    let streams = StreamIngest()

    static let name = "http-filter"
    /// Fails its probe.
    static let badVersion = "1.2.0"

    var deployments: Api<ModuleDeployment> { Api(cluster.client, namespace: "payments") }
    var revisions: Api<ModuleRevision> { Api(cluster.client, namespace: "payments") }

    /// Runs controller and agents for as long as `body` runs, then shuts them down gracefully.
    func run(nodes: [String], _ body: () async throws -> Void) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for node in nodes {
            try await cluster.install([["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)]]])
        }
        var services: [any Service] = [
            ControllerServices(
                client: try refusals.client(of: cluster, as: .controller) { path in
                    path.contains("/modulerevisions") || path.contains("/modulequarantines")
                },
                artifacts: shelf, configuration: ControllerConfiguration(identity: "the-controller", statusInterval: .milliseconds(100)),
                streams: streams, logger: logger)
        ]
        for node in nodes { services.append(try agent(on: node, logger)) }
        let group = ServiceGroup(configuration: .init(services: services, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body() } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func agent(on node: String, _ logger: Logger) throws -> AgentServices {
        var policy = SlotPolicy()
        policy.probeDeadline = .milliseconds(600)
        policy.probeInterval = .milliseconds(30)
        policy.soak = .milliseconds(200)
        policy.soakInterval = .milliseconds(50)
        policy.fetchSpread = .zero
        policy.returnSpread = .zero
        policy.firstPause = .milliseconds(50)
        policy.longestPause = .milliseconds(400)
        let configuration = AgentConfiguration(
            hostClass: "edge-proxy", nodeName: node, runtimeVersion: "2.4.1", contract: "edge/3", labels: ["tier": "edge"],
            slots: [.init(name: "net/filter", policy: policy)], stateDirectory: "\(directory)/\(node)")
        let driver = MemoryDriver { $0.version == Self.badVersion ? SlotFailure(.module, "ProbeFailed", "it lost its table") : nil }
        return try AgentServices(
            client: try refusals.client(of: cluster, as: .agent), artifacts: shelf, configuration: configuration, transport: NoHosts(),
            driver: { _ in driver },
            uplink: StreamUplink(transport: ToController(streams: streams), url: HostURL("https://graft-controller.graft-system.svc:9443")!)
            {
                Self.streamToken(of: node)
            }, logger: logger)
    }

    /// Of the agent on a node, for the controller alone.
    static func streamToken(of node: String) -> String { "stream-token-of-\(node)" }

    // MARK: What people do

    func trust() async throws {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(
            namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/modules/**"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.releaseKey.publicKey.pem))]
        _ = try await Api<VerificationPolicy>(cluster.client).create(
            VerificationPolicy(metadata: ObjectMeta(name: "edge-modules"), spec: spec))
        try await keepRoots()
    }

    /// Roots whose content stands elsewhere.
    private func keepRoots() async throws {
        let content = Array(#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#.utf8)
        let digest = "sha256:d03aa9a5deb2f7cefa23b918c4391f6fecaba3e2dcdb2f16be8098e1d57ea4a8"
        let namespace = GraftAPI.trustNamespace
        _ = try await Api<ConfigMap>(cluster.client, namespace: namespace).create(
            ConfigMap(metadata: ObjectMeta(name: "public"), data: ["trusted_root.json": String(decoding: content, as: UTF8.self)]))
        _ = try await Api<Secret>(cluster.client, namespace: namespace).create(
            Secret(metadata: ObjectMeta(name: "private"), data: ["trusted_root.json": content]))
        let roots = Api<TrustRoot>(cluster.client)
        for name in ["public", "private"] {
            var spec = TrustRootSpec()
            let location = TrustRootLocation(name: name, digest: digest)
            if name == "public" { spec.configMap = location } else { spec.secret = location }
            _ = try await roots.create(TrustRoot(metadata: ObjectMeta(name: name), spec: spec))
        }
    }

    /// A freeze in a hundred years.
    func freezeLater() async throws {
        var spec = RolloutGuardSpec()
        spec.match = .everything
        spec.freeze = Freeze([FreezeWindow(from: Timestamp(seconds: 4_923_072_000), until: nil)])
        _ = try await Api<RolloutGuard>(cluster.client).create(RolloutGuard(metadata: ObjectMeta(name: "later"), spec: spec))
    }

    func apply(_ version: String, _ change: (inout ModuleDeploymentSpec) -> Void = { _ in }) async throws {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        spec.module = "\(ModuleShelf.repository):\(version)"
        spec.onRelease = .unload
        spec.revisionHistoryLimit = 1
        spec.strategy.soakSeconds = 0
        spec.strategy.maxUnavailable = .share(.all)
        change(&spec)
        try await deployments.apply(Self.name, ["spec": spec.json] as JSON, manager: "test")
    }

    func annotate(_ name: String, _ value: String) async throws {
        try await deployments.mergePatch(Self.name, ["metadata": ["annotations": [name: .string(value)]]] as JSON)
    }

    // MARK: What comes of it

    @discardableResult
    func becomes(_ what: String, _ holds: (ModuleDeployment) -> Bool) async throws -> ModuleDeployment {
        var last: ModuleDeployment?
        do {
            return try await eventually(what) {
                last = try await deployments.get(Self.name)
                guard let last, last.status.observedGeneration == last.metadata.generation, holds(last) else { return nil }
                return last
            }
        } catch let error as NeverHappened {
            let status = last?.status
            throw NeverHappened(
                description: "\(error); \(status?.phase.rawValue ?? "nothing"): \(status?.message ?? ""); refused: \(refusals.refusals)")
        }
    }

    func becomesHealthy(on version: String) async throws {
        try await becomes("healthy on \(version)") { $0.status.phase == .healthy && $0.status.stable?.version == version }
    }

    func revision(of version: String) async throws -> ModuleRevision? {
        try await revisions.list().items.first { $0.spec.version == version }
    }
}

/// Where no host is to be reached: the driver needs none.
private struct NoHosts: Transport {
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        throw TransportError(.refused, "nothing listens there")
    }
}

/// Hands over to the controller in this process what agents tell.
private struct ToController: Transport {
    let streams: StreamIngest

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        guard case .bytes(let bytes)? = body else { throw TransportError(.unsupported, "wanted a body") }
        let answer = try await streams.answer(authorization: request.headerFields[.authorization], body: bytes)
        var rest: [UInt8]? = answer.body
        var answered = ResponseBody { rest.take() }
        return try await handle(HTTPResponse(status: .init(code: answer.status)), &answered)
    }
}
