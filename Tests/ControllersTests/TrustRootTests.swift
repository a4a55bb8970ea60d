import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
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
}
