import Agent
import GraftAPI
import HTTPCore
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema
import Synchronization
import Testing
import Trust
import Verification

@testable import Controllers

/// The controller and real agents, each with its own store, journal and policies.
@Suite("A preflight, controller and agents together")
struct PreflightScenarioTests {
    /// How much is free on a host's disk, as it is told.
    private final class Room: Sendable {
        private let bytes = Mutex(1 << 40)
        var free: Int {
            get { bytes.withLock { $0 } }
            set { bytes.withLock { $0 = newValue } }
        }
    }

    /// Policies of one host alone, as one has them whose watch was led astray.
    private struct OwnTrust {
        let policies = StoreWriter<VerificationPolicy>()
        let roots = StoreWriter<TrustRoot>()

        func trust(_ key: PrivateKey) {
            var spec = VerificationPolicySpec()
            spec.match = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["*"], repositories: ["*"])
            spec.authorities = [PolicyAuthority(name: "own", key: AuthorityKey(data: key.publicKey.pem))]
            policies.replace([VerificationPolicy(metadata: ObjectMeta(name: "own-policy"), spec: spec)], resourceVersion: "1")
            roots.replace([], resourceVersion: "1")
        }
    }

    private static func agent(
        _ node: String, in directory: String, _ scenario: Scenario, _ driver: MemoryDriver, capabilities: [String] = ["mirror"],
        disk: Disk = .real, trust: OwnTrust? = nil
    ) throws -> AgentServices {
        var policy = SlotPolicy()
        (policy.soak, policy.soakInterval, policy.probeInterval) = (.milliseconds(200), .milliseconds(50), .milliseconds(30))
        (policy.fetchSpread, policy.returnSpread, policy.aheadSpread) = (.zero, .zero, .milliseconds(200))
        (policy.firstPause, policy.longestPause) = (.milliseconds(50), .milliseconds(400))
        let configuration = AgentConfiguration(
            hostClass: "edge-proxy", nodeName: node, runtimeVersion: "2.4.1", contract: "edge/3", capabilities: capabilities,
            labels: ["tier": "edge"], slots: [.init(name: "net/filter", policy: policy)], stateDirectory: "\(directory)/\(node)",
            judgeSpread: .milliseconds(50))
        var sources = AgentSources.watching(
            scenario.cluster.client, hostClass: "edge-proxy", hostName: configuration.hostName, logger: scenario.logger)
        if let trust { sources.trust = TrustView(policies: trust.policies.store, roots: trust.roots.store) }
        return try AgentServices(
            client: scenario.cluster.client, artifacts: scenario.shelf, configuration: configuration, transport: Unreachable(),
            driver: { _ in driver }, sources: sources, disk: disk, logger: scenario.logger)
    }

    @Test(
        "One host without space, one without a capability, one with other policies: each is named with its reason, and nothing is activated"
    )
    func named() async throws {
        try await withTemporaryDirectory { (directory: String) in
            try await withScenario(hosts: 0) { scenario in
                let names = ["good", "better", "full", "lacking", "strict"]
                let drivers = Dictionary(uniqueKeysWithValues: names.map { ($0, MemoryDriver()) })
                let (room, own) = (Room(), OwnTrust())
                own.trust(scenario.shelf.releaseKey)
                let agents = try names.map { name in
                    try Self.agent(
                        name, in: directory, scenario, drivers[name]!, capabilities: name == "lacking" ? [] : ["mirror"],
                        disk: name == "full" ? Disk(room: { _ in room.free }) : .real, trust: name == "strict" ? own : nil)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for agent in agents { group.addTask { try await agent.run() } }
                    defer { group.cancelAll() }
                    // Given five hosts on 1.0.0, of which three have lost what 1.1.0 needs.
                    try await eventually("all are registered") {
                        try await Api<ModuleHost>(scenario.cluster.client).list().items.count == names.count
                    }
                    try await scenario.apply("1.0.0")
                    _ = try await scenario.becomes("1.0.0 everywhere") { $0.status.phase == .healthy && $0.status.hosts.updated == 5 }
                    room.free = 4
                    own.trust(scenario.shelf.strangersKey)
                    try await scenario.shelf.push("1.1.0", signedBy: scenario.shelf.releaseKey) { $0["capabilities"] = ["mirror"] }

                    // When 1.1.0 is applied with a preflight, then the message and one event name the three, and no host has loaded it.
                    try await scenario.apply(
                        "1.1.0", steps: [.preflight(Preflight(deadlineSeconds: 3600)), .setWeight(Weight(percent: 50))])
                    let failing = try await scenario.becomes("a failed preflight") {
                        $0.status.conditions["Ready"]?.reason == "PreflightFailed"
                    }
                    let found = try #require(failing.status.rollout?.preflight)
                    #expect((found.staged, found.failed, found.asked, found.unable) == (2, 3, 5, 0))
                    let reasons = Dictionary(uniqueKeysWithValues: found.failures.map { ($0.host, $0.reason) })
                    #expect(
                        reasons == [
                            "edge-proxy.full": "DiskFull", "edge-proxy.lacking": "Incompatible", "edge-proxy.strict": "NotTrusted",
                        ])
                    #expect(found.failures.first { $0.reason == "NotTrusted" }?.message.contains("own-policy") == true)
                    #expect(found.failures.first { $0.reason == "Incompatible" }?.message.contains("mirror") == true)
                    for name in reasons.keys { #expect(failing.status.message.contains(name), "\(failing.status.message)") }
                    let events = Api<Event>(scenario.cluster.client, namespace: Scenario.namespace)
                    try await eventually("one event") {
                        try await events.list().items.count { $0.reason == "PreflightFailed" } == 1
                    }
                    let plan = try await scenario.plans.get(Scenario.name)
                    #expect(plan.spec.stageAhead == true && plan.spec.cutoffs.isEmpty)
                    for driver in drivers.values { #expect(driver.state.loads == 1 && driver.state.running?.version == "1.0.0") }

                    // When two are mended and the third is held, then the rollout goes on by itself.
                    room.free = 1 << 40
                    own.trust(scenario.shelf.releaseKey)
                    _ = try await Api<ModuleHost>(scenario.cluster.client).mergePatch(
                        "edge-proxy.lacking", ["metadata": ["annotations": [GraftAPI.holdAnnotation: "true"]]] as JSON)
                    _ = try await scenario.becomes("1.1.0 on four hosts") {
                        $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" && $0.status.hosts.updated == 4
                    }
                    #expect(drivers["lacking"]?.state.loads == 1)
                    #expect(try await scenario.quarantines.list().items.isEmpty)
                }
            }
        }
    }

    @Test("A first version is judged by every host before one of them loads it")
    func firstVersion() async throws {
        try await withTemporaryDirectory { (directory: String) in
            try await withScenario(hosts: 0) { scenario in
                let drivers = ["good": MemoryDriver(), "full": MemoryDriver()]
                let room = Room()
                room.free = 4
                let agents = try drivers.map { name, driver in
                    try Self.agent(name, in: directory, scenario, driver, disk: name == "full" ? Disk(room: { _ in room.free }) : .real)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for agent in agents { group.addTask { try await agent.run() } }
                    defer { group.cancelAll() }
                    try await eventually("both are registered") {
                        try await Api<ModuleHost>(scenario.cluster.client).list().items.count == 2
                    }
                    try await scenario.apply(
                        "1.0.0", steps: [.preflight(Preflight(deadlineSeconds: 3600)), .setWeight(Weight(percent: 50))])
                    let failing = try await scenario.becomes("a failed preflight") {
                        $0.status.conditions["Ready"]?.reason == "PreflightFailed"
                    }
                    let found = try #require(failing.status.rollout?.preflight)
                    #expect(found.failures.map(\.host) == ["edge-proxy.full"] && found.failures.map(\.reason) == ["DiskFull"])
                    #expect(
                        failing.status.message.hasPrefix("Rolling out 1.0.0, the first version: preflight"), "\(failing.status.message)")
                    let plan = try await scenario.plans.get(Scenario.name)
                    #expect(plan.spec.stageAhead == true && plan.spec.cutoffs.isEmpty && plan.spec.stable == nil)
                    for driver in drivers.values { #expect(driver.state.loads == 0) }
                    room.free = 1 << 40
                    _ = try await scenario.becomes("1.0.0 everywhere") { $0.status.phase == .healthy && $0.status.hosts.updated == 2 }
                    for driver in drivers.values { #expect(driver.state.loads == 1 && driver.state.running?.version == "1.0.0") }
                }
            }
        }
    }

    @Test("Refused at its deadline it is rejected, not quarantined, and no host has loaded it; tried again it passes")
    func refused() async throws {
        try await withTemporaryDirectory { (directory: String) in
            try await withScenario(hosts: 0, leaderGrace: .seconds(2)) { scenario in
                let (room, driver) = (Room(), MemoryDriver())
                let agent = try Self.agent("full", in: directory, scenario, driver, disk: Disk(room: { _ in room.free }))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await agent.run() }
                    defer { group.cancelAll() }
                    try await scenario.apply("1.0.0")
                    try await eventually("1.0.0 is loaded") { driver.state.running?.version == "1.0.0" }
                    try await scenario.becomesHealthy(on: "1.0.0")
                    room.free = 4
                    try await scenario.apply("1.1.0", steps: [.preflight(Preflight(deadlineSeconds: 1))])
                    let rejected = try await scenario.becomes("rejected", within: .seconds(180)) {
                        $0.status.conditions["Ready"]?.reason == "Rejected"
                    }
                    #expect(rejected.status.rollout?.cause == .preflight)
                    #expect(rejected.status.message.contains("Nothing was activated for it"))
                    #expect(try await scenario.quarantines.list().items.isEmpty)
                    #expect(driver.state.loads == 1)

                    room.free = 1 << 40
                    let wanted = try #require(
                        try await scenario.revisions.list().items.first { $0.spec.version == "1.1.0" })
                    try await scenario.apply("1.1.0", steps: [.preflight(Preflight(deadlineSeconds: 3600))])
                    _ = try await scenario.deployments.mergePatch(
                        Scenario.name,
                        ["metadata": ["annotations": [GraftAPI.retryAnnotation: .string(wanted.metadata.name)]]] as JSON)
                    try await scenario.becomesHealthy(on: "1.1.0")
                    #expect(driver.state.running?.version == "1.1.0")
                }
            }
        }
    }
}

/// Where no host process is to be reached.
private struct Unreachable: Transport {
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        throw TransportError(.refused, "nothing listens there")
    }
}
