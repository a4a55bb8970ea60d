import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Testing
import Trust

@testable import Verification

/// What a registry says about signatures is worth what can be verified of it, however it lies: in one answer or in many, the same way or another
/// each time.
@Suite("Signatures from a lying registry", .timeLimit(.minutes(5)))
struct LyingRegistryTests {
    private static let reference = ModuleShelf.reference("1.0.0")
    private static let delivery = Delivery(
        namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: ModuleShelf.repository)

    private static func policies(_ key: PrivateKey) -> PolicySet {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["*"], repositories: ["*"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: key.publicKey.pem))]
        return PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec)])
    }

    /// Two shelves with a module each, under the same tag and repository, each signed by a key of its own.
    private func withShelves(_ body: (ModuleShelf, ModuleShelf, Digest) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let honest = try ModuleShelf(directory: directory + "/honest")
            let digest = try await honest.push("1.0.0")
            let other = try ModuleShelf(directory: directory + "/other")
            let evil = try await other.push("1.0.0", signedBy: other.releaseKey) { $0["name"] = "evil" }
            // The other's signature of the honest module, too: it is passed off under the very tag that is asked for.
            _ = try await other.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: other.strangersKey)
            #expect(evil != digest)
            try await body(honest, other, digest)
        }
    }

    private func judge(_ registry: LyingRegistry, _ digest: Digest, pinned: [Digest]? = nil, _ policies: PolicySet) async throws
        -> Judgement
    {
        let source = registry.source(of: try Reference(parsing: Self.reference))
        let manifests = try await SignatureManifest.fetch(of: digest, pinned: pinned, from: source)
        for layer in manifests.flatMap(\.layers) {
            #expect(Digest(of: layer.payload).description == layer.digest && layer.payload.count == layer.size)
        }
        return policies.judge(Self.delivery, digest: digest.description, signatures: manifests)
    }

    @Test("are accepted when it is honest, by tag and pinned")
    func honest() async throws {
        try await withShelves { honest, other, digest in
            let policies = Self.policies(honest.releaseKey)
            let judgement = try await judge(LyingRegistry(honest.layout, other: other.layout, share: 0, seed: 1), digest, policies)
            #expect(judgement.isTrusted)
            let pin = try Digest(parsing: try #require(judgement.evidence.first).manifestDigest)
            #expect(
                try await judge(LyingRegistry(honest.layout, other: other.layout, share: 0, seed: 1), digest, pinned: [pin], policies)
                    .isTrusted)
        }
    }

    @Test("are never others than those of the key, whatever the one lie is", arguments: LyingRegistry.Lie.allCases)
    func oneLie(lie: LyingRegistry.Lie) async throws {
        try await withShelves { honest, other, digest in
            let policies = Self.policies(honest.releaseKey)
            for share in [30, 100] {
                for seed in 1...4 as ClosedRange<UInt64> {
                    let registry = LyingRegistry(honest.layout, other: other.layout, share: share, lies: [lie], seed: seed)
                    let judgement = try? await judge(registry, digest, policies)
                    #expect(
                        judgement?.isTrusted != true
                            || judgement?.evidence.map(\.keyFingerprint) == [honest.releaseKey.publicKey.fingerprint])
                    // Who always gives something else gets nothing accepted.
                    let keepsContent: Set<LyingRegistry.Lie> = [.busy, .failing, .page, .otherType, .elsewhere]
                    if share == 100, !keepsContent.contains(lie) { #expect(judgement?.isTrusted != true, "\(lie)") }
                }
            }
        }
    }

    @Test("are never others than those of the key, whatever lies come together", arguments: 1...4 as ClosedRange<UInt64>)
    func manyLies(group: UInt64) async throws {
        try await withShelves { honest, other, digest in
            let policies = Self.policies(honest.releaseKey)
            let strangers = Self.policies(try PrivateKey.generate())
            var (trusted, lied) = (0, 0)
            for seed in group * 100..<group * 100 + 30 {
                let registry = LyingRegistry(honest.layout, other: other.layout, share: 25, seed: seed)
                if let judgement = try? await judge(registry, digest, policies), judgement.isTrusted {
                    trusted += 1
                    #expect(judgement.evidence.map(\.keyFingerprint) == [honest.releaseKey.publicKey.fingerprint])
                }
                lied += registry.lied
                #expect(registry.requests < 2_000, "a lie costs no more than a bounded number of requests")
                let stranger = LyingRegistry(honest.layout, other: other.layout, share: 25, seed: seed)
                let judgement = try? await judge(stranger, digest, strangers)
                #expect(judgement?.isTrusted != true)
            }
            #expect(trusted > 0 && lied > 10)
        }
    }
}
