import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import OCI
import Schema
import Synchronization
import Testing
import Trust
import Verification

@testable import Controllers

/// Serves one repository from a registry that never answers, and all others from the shelf.
private struct HangingRegistry: ArtifactLocator {
    static let repository = "registry.example/noisy/module"
    let shelf: ModuleShelf
    /// How many wait for it at the moment, and how many did at most.
    let waiting = Waiting()

    final class Waiting: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        var now: Int { counts.withLock(\.now) }
        var most: Int { counts.withLock(\.most) }

        func change(_ number: Int) {
            counts.withLock {
                $0.now += number
                $0.most = max($0.most, $0.now)
            }
        }
    }

    func source(of reference: Reference) -> any ArtifactSource {
        reference.name == Self.repository ? Nothing(waiting: waiting) : shelf.source(of: reference)
    }

    private struct Nothing: ArtifactSource {
        let waiting: Waiting
        var location: String { HangingRegistry.repository }

        private func hang() async throws -> Never {
            waiting.change(1)
            defer { waiting.change(-1) }
            while true { try await Task.sleep(for: .seconds(3600)) }
        }

        func resolve(_ name: ArtifactName) async throws -> Descriptor { try await hang() }
        func manifest(_ name: ArtifactName) async throws -> ManifestDocument { try await hang() }
        func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws { try await hang() }
        func tags() async throws -> [OCI.Tag] { [] }
    }
}

/// What one tenant may do to others by deploying: nothing.
@Suite struct TenantTests {
    private func spec(_ module: String, slot: String = "net/filter") -> ModuleDeploymentSpec {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = slot
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        spec.module = module
        return spec
    }

    @Test func `A deployment that no policy lets deliver keeps nobody from a slot, however old it is`() async throws {
        try await withScenario(hosts: 2) { scenario in
            // Given somebody who was there first, with everybody's slot
            try await scenario.cluster.createNamespace("grabbers")
            let grabber = Api<ModuleDeployment>(scenario.cluster.client, namespace: "grabbers")
            let body: JSON = ["spec": spec(ModuleShelf.reference("1.0.0")).json]
            _ = try await grabber.apply("all-slots", body, manager: "test")
            try await eventually("it is refused") {
                try await grabber.get("all-slots").status.conditions["Verified"]?.reason == "NoPolicy"
            }
            // Then who may deliver there does
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            // And nothing was planned for who may not
            #expect(try await Api<ModulePlan>(scenario.cluster.client, namespace: "grabbers").list().items.isEmpty)
        }
    }

    @Test func `A tenant whose registry hangs, with as many deployments as it likes, keeps nobody else from delivering`() async throws {
        try await withScenario(hosts: 2, running: false) { scenario in
            let registry = HangingRegistry(shelf: scenario.shelf)
            let controller = ControllerServices(
                client: try scenario.cluster.client(as: Scenario.controllerUser), artifacts: registry,
                configuration: ControllerConfiguration(electsLeader: false), logger: scenario.logger)
            try await scenario.cluster.createNamespace("noisy")
            var policy = VerificationPolicySpec()
            policy.match = PolicyMatch(
                namespaces: ["noisy"], classes: ["*"], slots: ["**"], repositories: [HangingRegistry.repository])
            policy.authorities = [PolicyAuthority(name: "any", key: AuthorityKey(data: scenario.shelf.releaseKey.publicKey.pem))]
            _ = try await Api<VerificationPolicy>(scenario.cluster.client).create(
                VerificationPolicy(metadata: ObjectMeta(name: "noisy"), spec: policy))
            let noisy = Api<ModuleDeployment>(scenario.cluster.client, namespace: "noisy")
            for number in 0..<12 {
                let body: JSON = ["spec": spec("\(HangingRegistry.repository):1", slot: "noise/\(number)").json]
                _ = try await noisy.apply("noise-\(number)", body, manager: "test")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controller.run() }
                defer { group.cancelAll() }
                try await eventually("half of the workers wait for the registry") { registry.waiting.now == 2 }
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                try await scenario.apply("1.1.0")
                try await scenario.becomesHealthy(on: "1.1.0")
                #expect(registry.waiting.most == 2)
                try await eventually("who waits is told so") {
                    try await noisy.list().items.contains { $0.status.message.contains("waits for others to be looked up") }
                }
            }
        }
    }

    @Test func `A module that has a great deal said of its failure goes back all the same`() async throws {
        try await withScenario(hosts: 3) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            scenario.fleet.complain(String(repeating: "x", count: 1024))
            scenario.fleet.set(.failsProbe, of: "1.1.0")
            try await scenario.apply("1.1.0")
            let degraded = try await scenario.becomes("degraded") { $0.status.phase == .degraded }
            #expect(degraded.status.stable?.version == "1.0.0")
            try await eventually("it is quarantined") { try await scenario.quarantines.list().items.count == 1 }
        }
    }

    @Test func `Turns are shared out by namespace, one worker is left, and who waits is called`() {
        let called = Mutex<[ObjectKey]>([])
        let turns = ResolutionTurns(workers: 4) { key in called.withLock { $0.append(key) } }
        func key(_ name: String) -> ObjectKey { ObjectKey(namespace: String(name.first!), name: name) }
        #expect(turns.begin(key("a1")) && turns.begin(key("a2")) && !turns.begin(key("a3")))
        #expect(turns.begin(key("b1")) && !turns.begin(key("b2")) && !turns.begin(key("c1")))
        turns.end(key("b1"))
        // The others of a still have to wait; each of the rest is called, and the first to come has the turn.
        #expect(called.withLock { $0 } == [key("b2"), key("c1")])
        #expect(turns.begin(key("c1")) && !turns.begin(key("b2")))
        called.withLock { $0 = [] }
        turns.forget(key("a3"))
        turns.end(key("a1"))
        #expect(called.withLock { $0 } == [key("b2")])
        #expect(turns.begin(key("b2")))
        for name in ["a2", "b2", "c1"] { turns.end(key(name)) }
        #expect(turns.begin(key("d1")) && turns.begin(key("e1")) && turns.begin(key("f1")) && !turns.begin(key("g1")))
        let single = ResolutionTurns(workers: 1)
        #expect(single.begin(key("a1")) && !single.begin(key("b1")))
    }
}
