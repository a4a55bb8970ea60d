import GraftAPI
import Harness
import JSON
import KubeCore
import KubeRuntime
import OCI
import Testing
import Trust
import Verification

@testable import Controllers

/// A reference becomes a revision of what the release key signed, or nothing: a registry that lies can refuse, never choose.
@Suite("A reference at a lying registry", .timeLimit(.minutes(5)))
struct LyingRegistryTests {
    private static func policies(_ key: PrivateKey) -> PolicySet {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["*"], repositories: ["*"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: key.publicKey.pem))]
        return PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec)])
    }

    private static var deployment: ModuleDeployment {
        var spec = ModuleDeploymentSpec()
        (spec.hostClass, spec.slot, spec.module) = ("edge-proxy", "net/filter", ModuleShelf.reference("1.0.0"))
        return ModuleDeployment(
            metadata: ObjectMeta(name: "http-filter", namespace: "payments"), spec: spec)
    }

    @Test(
        "resolves to what was signed, or is refused", arguments: [(0, 1...1), (20, 1...60), (100, 61...80)] as [(Int, ClosedRange<UInt64>)])
    func resolution(share: Int, seeds: ClosedRange<UInt64>) async throws {
        try await withTemporaryDirectory { directory in
            let honest = try ModuleShelf(directory: directory + "/honest")
            let digest = try await honest.push("1.0.0")
            let other = try ModuleShelf(directory: directory + "/other")
            try await other.push("1.0.0", signedBy: other.strangersKey) { $0["name"] = "evil" }
            let policies = Self.policies(honest.releaseKey)
            var (resolved, lied) = (0, 0)
            for seed in seeds {
                let registry = LyingRegistry(honest.layout, other: other.layout, share: share, seed: seed)
                do {
                    let module = try await ModuleResolver(artifacts: registry, monotonic: Surroundings.system.now).resolve(
                        Self.deployment, policies: policies, known: nil, now: Surroundings.system.wallTime())
                    resolved += 1
                    #expect(module.digest == digest, "seed \(seed)")
                    #expect(module.descriptorJSON["name"] == "http-filter", "seed \(seed)")
                    #expect(module.judgement.evidence.map(\.keyFingerprint) == [honest.releaseKey.publicKey.fingerprint])
                } catch {
                    #expect(share > 0, "\(error)")
                }
                lied += registry.lied
                #expect(registry.requests < 4_000)
            }
            #expect(share == 100 || resolved > 0)
            #expect(share == 0 || lied > 10)
        }
    }

    @Test("is no other module when the registry moves the tag between two requests")
    func movedTag() async throws {
        try await withTemporaryDirectory { directory in
            let honest = try ModuleShelf(directory: directory + "/honest")
            let digest = try await honest.push("1.0.0")
            let other = try ModuleShelf(directory: directory + "/other")
            let evil = try await other.push("1.0.0", signedBy: other.strangersKey) { $0["name"] = "evil" }
            let policies = Self.policies(honest.releaseKey)
            for seed in 1...40 as ClosedRange<UInt64> {
                let registry = LyingRegistry(honest.layout, other: other.layout, share: 50, lies: [.other], seed: seed)
                let module = try? await ModuleResolver(artifacts: registry, monotonic: Surroundings.system.now).resolve(
                    Self.deployment, policies: policies, known: nil, now: Surroundings.system.wallTime())
                #expect(module.map { $0.digest == digest } ?? true)
                // A digest that is known already is asked for as such, and never becomes another.
                let again = try? await ModuleResolver(artifacts: registry, monotonic: Surroundings.system.now).resolve(
                    Self.deployment, policies: policies, known: evil, now: Surroundings.system.wallTime())
                #expect(again == nil)
            }
        }
    }
}
