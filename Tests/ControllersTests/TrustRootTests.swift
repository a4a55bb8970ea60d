import CoreMetrics
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema
import Telemetry
import Testing
import Trust

@testable import Controllers

/// Roots that policies name: until each is there, whole and as its digest says, the policies that name it let nothing pass.
@Suite struct TrustRootTests {
    private static let content = #"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#
    private static let digest = "sha256:d03aa9a5deb2f7cefa23b918c4391f6fecaba3e2dcdb2f16be8098e1d57ea4a8"

    /// Has the policy name a root, beside the key that signs.
    private func demandRoot(_ scenario: Scenario) async throws {
        _ = try await Api<VerificationPolicy>(scenario.cluster.client).mergePatch(
            "edge-modules",
            [
                "spec": [
                    "authorities": [
                        ["name": "release", "key": ["data": .string(scenario.shelf.releaseKey.publicKey.pem)]],
                        [
                            "name": "builds",
                            "keyless": [
                                "issuer": "https://issuer.example", "subject": "https://ci.example/build", "trustRoots": ["sigstore"],
                            ],
                        ],
                    ]
                ]
            ] as JSON)
    }

    private func refusal(_ scenario: Scenario, _ part: String) async throws {
        _ = try await scenario.becomes("refused: \(part)") { deployment in
            let verified = deployment.status.conditions["Verified"]
            return verified?.status == .isFalse && verified?.message.contains(part) == true
        }
    }

    @Test func `a root that is missing, elsewhere or not what its digest says lets nothing pass, and says so`() async throws {
        try await withScenario(hosts: 1) { scenario in
            try await scenario.cluster.createNamespace(GraftAPI.trustNamespace)
            try await demandRoot(scenario)
            // Given no root at all
            try await scenario.apply("1.0.0")
            try await refusal(scenario, "there is no TrustRoot sigstore")
            // When there is one whose content isn't there
            var spec = TrustRootSpec()
            spec.configMap = TrustRootLocation(name: "sigstore", digest: Self.digest)
            _ = try await Api<TrustRoot>(scenario.cluster.client).create(TrustRoot(metadata: ObjectMeta(name: "sigstore"), spec: spec))
            try await refusal(scenario, "there is no such ConfigMap")
            // When it holds something else
            let configMaps = Api<ConfigMap>(scenario.cluster.client, namespace: GraftAPI.trustNamespace)
            _ = try await configMaps.create(ConfigMap(metadata: ObjectMeta(name: "sigstore"), data: ["trusted_root.json": "{}"]))
            try await refusal(scenario, "wanted \(Self.digest)")
            // Then what it must hold opens the way, for the key
            try await configMaps.apply(
                "sigstore", ["data": ["trusted_root.json": .string(Self.content)]] as JSON, manager: "test", force: true)
            try await scenario.becomesHealthy(on: "1.0.0")
        }
    }

    @Test(arguments: ["../../kube-system/secrets/admin", "a/b", "..", "%2e%2e"])
    func `a root leads nowhere but into its own namespace`(name: String) async throws {
        try await withScenario(hosts: 1) { scenario in
            try await scenario.cluster.createNamespace(GraftAPI.trustNamespace)
            try await demandRoot(scenario)
            var spec = TrustRootSpec()
            spec.secret = TrustRootLocation(name: name, digest: Self.digest)
            _ = try await Api<TrustRoot>(scenario.cluster.client).create(TrustRoot(metadata: ObjectMeta(name: "sigstore"), spec: spec))
            try await scenario.apply("1.0.0")
            try await refusal(scenario, "can't be the name of a Secret")
        }
    }

    @Test func `a revoked key's module is not delivered, and what hosts run stays`() async throws {
        try await withScenario(hosts: 1) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let fingerprint = scenario.shelf.releaseKey.publicKey.fingerprint
            _ = try await Api<VerificationPolicy>(scenario.cluster.client).mergePatch(
                "edge-modules", ["spec": ["revoked": ["keys": [.string(fingerprint)]]]] as JSON)
            try await scenario.apply("1.1.0")
            try await refusal(scenario, "revoked its signer, key \(fingerprint)")
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
        }
    }

    private func root(_ name: String, takenDaysAgo days: Int64, maximum: Int?) -> TrustRoot {
        var spec = TrustRootSpec()
        spec.trustedRoot = ["mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"]
        spec.taken = Timestamp(seconds: Surroundings.system.wallTime().wholeSeconds.microseconds / 1_000_000 - days * 86_400)
        spec.maximumAgeDays = maximum
        return TrustRoot(metadata: ObjectMeta(name: name), spec: spec)
    }

    @Test func `a root that is too old says so, by status, event and metric, and goes on counting`() async throws {
        let registry = MetricsRegistry()
        try await withMetricsFactory(registry) {
            try await withScenario(hosts: 1) { scenario in
                let roots = Api<TrustRoot>(scenario.cluster.client)
                _ = try await roots.create(root("sigstore", takenDaysAgo: 100, maximum: 30))
                _ = try await roots.create(root("fresh", takenDaysAgo: 10, maximum: 30))
                _ = try await roots.create(root("ageless", takenDaysAgo: 1000, maximum: nil))
                try await demandRoot(scenario)
                try await eventually("their states") {
                    let states = try await roots.list().items.map { "\($0.metadata.name) \($0.status.state)" }
                    return Set(states) == ["sigstore stale", "fresh current", "ageless current"]
                }
                let stale = try await roots.get("sigstore").status
                #expect(stale.conditions["Current"]?.status == .isFalse && stale.conditions["Current"]?.reason == "Stale")
                #expect(stale.conditions["Current"]?.message.contains("was taken 100 days ago, spec.maximumAgeDays is 30") == true)
                #expect(stale.digest?.hasPrefix("sha256:") == true)
                #expect(try await roots.get("ageless").status.staleAt == nil)
                try await eventually("the event") {
                    let events = try await Api<Event>(scenario.cluster.client, namespace: "default").list().items
                    return events.filter { $0.reason == "Stale" }.map(\.regarding.name) == ["sigstore"]
                }
                try await eventually("the metrics") {
                    let values = registry.snapshot().families.filter { $0.name.hasPrefix("graft_trust_root") }.flatMap { family in
                        family.points.map { "\(family.name){\($0.labels.text)}" }
                    }
                    return Set(values).isSuperset(of: [
                        "graft_trust_root_age_seconds{name=\"sigstore\"}", "graft_trust_root_stale{name=\"fresh\"}",
                    ])
                }
                // The policy that names it lets the key's module pass: the root is as good as it was
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                // And one that is replaced is current again
                _ = try await roots.mergePatch(
                    "sigstore", ["spec": ["taken": root("x", takenDaysAgo: 1, maximum: nil).spec.taken!.json]] as JSON)
                try await eventually("it is current") { try await roots.get("sigstore").status.state == .current }
            }
        }
    }
}
