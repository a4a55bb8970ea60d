import FoundationEssentials
import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Testing
import Trust
import Verification

@testable import Agent

/// What a host fetches is what the plan names by digest, or nothing: under a digest its store holds just the bytes that have it.
@Suite("A host at a lying registry", .timeLimit(.minutes(5)))
struct LyingRegistryTests {
    private static func policies(_ key: PrivateKey) -> PolicySet {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["*"], repositories: ["*"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: key.publicKey.pem))]
        return PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec)])
    }

    private static func revision(_ digest: Digest, signature: String) -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        (spec.number, spec.source, spec.digest) = (1, ModuleShelf.reference("1.0.0"), digest.description)
        (spec.configHash, spec.hostClass, spec.slot, spec.version) = (ConfigHash.of(nil), "edge-proxy", "net/filter", "1.0.0")
        spec.signatures = [SignatureReference(digest: signature)]
        return ModuleRevision(
            metadata: ObjectMeta(name: "http-filter-1", namespace: "payments"), spec: spec, status: ModuleRevisionStatus())
    }

    /// Every file of the store, by the digest that is its name.
    private func contents(_ store: String) throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(store)/blobs/sha256") {
            contents[name] = Array(FileManager.default.contents(atPath: "\(store)/blobs/sha256/\(name)") ?? Data())
        }
        return contents
    }

    @Test(
        "keeps under each digest its own bytes, and calls fetched what is whole",
        arguments: [(0, 1...1), (15, 1...40), (50, 41...60), (100, 61...70)] as [(Int, ClosedRange<UInt64>)])
    func fetching(share: Int, seeds: ClosedRange<UInt64>) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let honest = try ModuleShelf(directory: directory + "/honest")
            let digest = try await honest.push("1.0.0", signedBy: nil)
            let signature = try await honest.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: honest.releaseKey)
            let other = try ModuleShelf(directory: directory + "/other")
            try await other.push("1.0.0", signedBy: other.strangersKey) { $0["name"] = "evil" }
            let revision = Self.revision(digest, signature: signature)
            let wanted = RevisionReference(revision: "http-filter-1", digest: digest.description)
            var (fetched, lied) = (0, 0)
            for seed in seeds {
                let path = "\(directory)/store-\(seed)"
                let store = try ContentStore(path: path)
                let registry = LyingRegistry(honest.layout, other: other.layout, share: share, seed: seed)
                let fetcher = RevisionFetcher(store: store, artifacts: registry, limit: 1 << 20)
                do {
                    let installed = try await fetcher.fetch(
                        revision, wanted: wanted, hostClass: "edge-proxy", slot: "net/filter", policies: Self.policies(honest.releaseKey))
                    fetched += 1
                    #expect(installed.digest == digest.description)
                    // All of it is there: the module's files can be read back, and they are the honest ones.
                    let module = try await ModuleArtifact.find(.digest(digest), in: honest.layout)
                    for file in module.files { #expect(try store.read(file.content.digest).count == file.content.size) }
                    #expect(store.contains(try Digest(parsing: signature)))
                } catch {
                    #expect(share > 0, "seed \(seed): \(error)")
                }
                for (name, bytes) in try contents(path) { #expect(Digest(of: bytes).hex == name, "seed \(seed)") }
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/incoming").isEmpty)
                lied += registry.lied
            }
            #expect(share >= 50 || fetched > 0)
            #expect(share == 0 || lied > 10)
        }
    }

    /// A signature that the revision's status names is there as it was made, or not at all; whatever comes is judged like any other.
    @Test(
        "keeps of later signatures the ones that are named, and believes none of another key",
        arguments: [(0, 1...1), (15, 1...16), (50, 41...52), (100, 71...74)] as [(Int, ClosedRange<UInt64>)])
    func laterSignatures(share: Int, seeds: ClosedRange<UInt64>) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let honest = try ModuleShelf(directory: directory + "/honest")
            let digest = try await honest.push("1.0.0", signedBy: nil)
            let old = try await honest.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: honest.strangersKey)
            let new = try await honest.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: honest.releaseKey)
            let other = try ModuleShelf(directory: directory + "/other")
            try await other.push("1.0.0", signedBy: other.strangersKey) { $0["name"] = "evil" }
            var revision = Self.revision(digest, signature: old)
            let wanted = RevisionReference(revision: "http-filter-1", digest: digest.description)
            let policies = Self.policies(honest.releaseKey)
            var (found, lied) = (0, 0)
            for seed in seeds {
                let path = "\(directory)/store-\(seed)"
                let store = try ContentStore(path: path)
                revision.status.signatures = []
                let installed = try await RevisionFetcher(store: store, artifacts: honest, limit: 1 << 20).fetch(
                    revision, wanted: wanted, hostClass: "edge-proxy", slot: "net/filter", policies: policies)
                let verifier = RevisionVerifier(
                    store: store,
                    host: AgentConfiguration(
                        hostClass: "edge-proxy", nodeName: "n", runtimeVersion: "2.4.1", contract: "edge/3", slots: [], stateDirectory: path
                    ))
                func judge() async -> TrustFinding {
                    await verifier.judge(
                        installed, policies: policies, rootsAreHere: true, stamp: 1, now: Timestamp(seconds: 1_780_000_000))
                }
                let before = await judge()
                #expect(before.state == .distrusted && before.wantsSignatures, "seed \(seed)")
                revision.status.signatures = [SignatureReference(digest: new)]
                let registry = LyingRegistry(honest.layout, other: other.layout, share: share, seed: seed)
                let fetcher = RevisionFetcher(store: store, artifacts: registry, limit: 1 << 20)
                let count = (try? await fetcher.fetchSignatures(of: installed, revision, policies: policies)) ?? 0
                found += count
                #expect(await judge().state == (count > 0 ? .trusted : .distrusted), "seed \(seed)")
                for (name, bytes) in try contents(path) { #expect(Digest(of: bytes).hex == name, "seed \(seed)") }
                lied += registry.lied
                // Asked again, what is here is not asked for.
                if count > 0 {
                    let requests = registry.requests
                    #expect(try await fetcher.fetchSignatures(of: installed, revision, policies: policies) == 0)
                    #expect(registry.requests == requests)
                }
            }
            #expect(share >= 100 || found > 0)
            #expect(share == 0 || lied > 0)
        }
    }
}
