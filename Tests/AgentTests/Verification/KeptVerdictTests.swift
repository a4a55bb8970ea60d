import GraftAPI
import KubeCore
import OCI
import Testing
import Trust
import Verification

@testable import Agent

/// A revision is verified at every load, and its signatures are checked only as long as something is new. Nothing else is skipped for that.
@Suite("Verdicts that an agent keeps", .timeLimit(.minutes(3)))
struct KeptVerdictTests {
    private struct Stored {
        var verifier: RevisionVerifier
        var store: ContentStore
        var installed: InstalledRevision
        var signature: Digest
        var key: PrivateKey

        func verify(_ change: (inout PolicySource) -> Void = { _ in }) async throws -> VerifiedRevision {
            var source = PolicySource(
                name: "release", namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/**"],
                authorities: [.init(name: "release", keys: [key.publicKey.pem])], mode: "Enforce")
            change(&source)
            return try await verifier.verify(installed, policies: PolicySet([Policy(source)]), now: Timestamp(seconds: 1_780_000_000))
        }

        /// Other bytes in place of a blob.
        func damage(_ digest: Digest) throws { try Disk.real.replace(store.path(of: digest), with: Array("other bytes".utf8)) }
    }

    private static func run(_ body: (Stored) async throws -> Void) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let shelf = try FallibleShelf(directory: directory)
            let digests = try await shelf.push("1.0.0", files: [("libfilter.so", .bytes(Array("code".utf8)))])
            var spec = ModuleRevisionSpec()
            spec.source = "\(FallibleShelf.repository):1.0.0"
            spec.digest = digests.module
            spec.configHash = ConfigHash.of(nil)
            spec.hostClass = "edge-proxy"
            spec.slot = "net/filter"
            spec.version = "1.0.0"
            spec.signatures = [SignatureReference(digest: digests.signature)]
            let revision = ModuleRevision(metadata: ObjectMeta(name: "filter-1", namespace: "payments"), spec: spec)
            let store = try ContentStore(path: "\(directory)/store")
            let policies = PolicySet([
                Policy(
                    PolicySource(
                        name: "any", namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"],
                        authorities: [.init(name: "release", keys: [shelf.key.publicKey.pem])], mode: "Enforce"))
            ])
            let installed = try await RevisionFetcher(store: store, artifacts: shelf, limit: 1 << 20).fetch(
                revision, wanted: RevisionReference(revision: "filter-1", digest: digests.module, version: "1.0.0"),
                hostClass: "edge-proxy", slot: "net/filter", policies: policies)
            let host = AgentConfiguration(
                hostClass: "edge-proxy", nodeName: "node", runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload"],
                labels: [:], slots: [], stateDirectory: directory)
            try await body(
                Stored(
                    verifier: RevisionVerifier(store: store, host: host), store: store, installed: installed,
                    signature: try Digest(parsing: digests.signature), key: shelf.key))
        }
    }

    @Test("One that was accepted is refused as soon as a policy says otherwise")
    func policies() async throws {
        try await Self.run { stored in
            for _ in 0..<3 { _ = try await stored.verify() }
            let fingerprint = stored.key.publicKey.fingerprint
            let other = try PrivateKey.generate().publicKey.pem
            await #expect(throws: SlotFailure.self) {
                try await stored.verify { $0.revoked = Revocation(keys: [fingerprint], identities: []) }
            }
            await #expect(throws: SlotFailure.self) { try await stored.verify { $0.authorities[0].keys = [other] } }
            await #expect(throws: SlotFailure.self) { try await stored.verify { $0.mode = "Warn" } }
            await #expect(throws: SlotFailure.self) {
                try await stored.verify { $0.attestations = [.init(name: "tested", predicateType: "https://example.test/tests")] }
            }
            _ = try await stored.verify()
        }
    }

    @Test("Bytes that changed in the store are found at every load, those of a signature too")
    func bytes() async throws {
        try await Self.run { stored in
            _ = try await stored.verify()
            try stored.damage(stored.signature)
            let failure = await #expect(throws: SlotFailure.self) { try await stored.verify() }
            #expect(failure?.reason == SlotFailure.damaged)
        }
        try await Self.run { stored in
            let verified = try await stored.verify()
            let descriptor = try #require(try stored.store.revision(stored.installed)?.manifest)
            #expect(!verified.files.isEmpty)
            try stored.damage(descriptor)
            let failure = await #expect(throws: SlotFailure.self) { try await stored.verify() }
            #expect(failure?.reason == SlotFailure.damaged)
        }
    }
}
