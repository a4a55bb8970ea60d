import FoundationEssentials
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import OCI
import ProgramOptions
import Schema
import Testing

@testable import Commands

/// `graft trust` shows what hosts and revisions say of signatures, and what roots hold.
@Suite struct TrustCommandTests {
    private static let digest = "sha256:" + String(repeating: "1", count: 64)
    private static let evidence = "sha256:" + String(repeating: "e", count: 64)
    private static let other = "sha256:" + String(repeating: "0", count: 64)

    private func revision() -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        spec.number = 1
        spec.source = "registry.example/modules/http-filter:1.1.0"
        spec.digest = Self.digest
        spec.configHash = "c"
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.version = "1.1.0"
        var revision = ModuleRevision(metadata: ObjectMeta(name: "http-filter-b", namespace: "payments"), spec: spec)
        var key = VerificationEvidence()
        (key.policy, key.authority, key.keyFingerprint, key.signatureDigest) = ("edge-modules", "release", "9f86", Self.digest)
        key.time = Timestamp("2026-11-21T10:00:00Z")!
        var identity = key
        (identity.authority, identity.attestation) = ("ci", "provenance")
        (identity.issuer, identity.subject) = ("https://issuer.example", "https://ci.example/build")
        (identity.log, identity.logIndex, identity.signedAt) = ("rekor.example", 42, Timestamp("2026-11-20T09:00:00Z")!)
        revision.status.evidence = [key, identity]
        revision.status.evidenceHash = Self.evidence
        return revision
    }

    private func host(
        _ name: String, digest: String = digest, evidence: String?, owner: String = "http-filter", revision: String = "http-filter-b",
        trust: SlotTrust? = nil
    ) -> ModuleHost {
        var spec = ModuleHostSpec()
        (spec.hostClass, spec.nodeName, spec.runtimeVersion, spec.contract, spec.agentVersion) = (
            "edge-proxy", name, "2.4.1", "edge/3", "0.1.0"
        )
        var host = ModuleHost(metadata: ObjectMeta(name: "edge-proxy.\(name)"), spec: spec)
        var slot = SlotStatus()
        slot.name = "net/filter"
        slot.owner = SlotOwner(namespace: "payments", name: owner, planUID: "uid")
        slot.rollout = "r"
        slot.active = ActiveRevision(
            revision: revision, digest: digest, version: "1.1.0", since: Timestamp(seconds: 0), evidenceHash: evidence)
        slot.trust = trust
        host.status.slots = [slot]
        return host
    }

    @Test("It tells of each host whether it saw the signatures that the revision has, and who made them")
    func status() throws {
        let refused = SlotTrust(.distrusted, reason: "NotTrusted", message: "its signer is \u{1B}[2Jrevoked", since: Timestamp(seconds: 0))
        let view = TrustStatusView(
            [
                host("b", evidence: Self.other, trust: refused),
                host("a", evidence: Self.evidence, trust: SlotTrust(.trusted, since: Timestamp(seconds: 0))),
                host("c", evidence: nil), host("d", digest: Self.other, evidence: Self.evidence),
                host("e", evidence: Self.evidence, revision: "gone"), host("f", evidence: Self.evidence, owner: "another"),
            ], revisions: [revision()], namespace: "payments", name: "http-filter")
        #expect(
            view.lines == [
                "HOST           SLOT         VERSION   DIGEST                 EVIDENCE               SAME             TRUST",
                "edge-proxy.a   net/filter   1.1.0     sha256:111111111111…   sha256:eeeeeeeeeeee…   yes              Trusted",
                "edge-proxy.b   net/filter   1.1.0     sha256:111111111111…   sha256:000000000000…   other evidence   "
                    + #"Distrusted: its signer is \u{1B}[2Jrevoked"#,
                "edge-proxy.c   net/filter   1.1.0     sha256:111111111111…   -                      not reported     -",
                "edge-proxy.d   net/filter   1.1.0     sha256:000000000000…   sha256:eeeeeeeeeeee…   OTHER DIGEST     -",
                "edge-proxy.e   net/filter   1.1.0     sha256:111111111111…   sha256:eeeeeeeeeeee…   no revision      -",
                "", "http-filter-b   1.1.0   \(Self.digest)", "  evidence \(Self.evidence)",
                "  release for policy edge-modules; key 9f86; verified 2026-11-21T10:00:00Z",
                "  ci for policy edge-modules, attestation provenance; https://ci.example/build, says https://issuer.example; "
                    + "entry 42 of rekor.example; signed by 2026-11-20T09:00:00Z; verified 2026-11-21T10:00:00Z",
            ])
        let json = view.json
        #expect(json[0]?["isSame"]?.bool == true && json[1]?["isSame"]?.bool == false && json[1]?["comparison"] == "other evidence")
        #expect(json[0]?["signatures"]?[1]?["logIndex"] == 42)
        #expect(json[1]?["trust"]?["state"] == "Distrusted" && json[0]?["deployment"] == "payments/http-filter")
        #expect(TrustStatusView([], revisions: [], namespace: "n").lines == ["no host runs anything of namespace n"])
    }

    @Test("It reads what the cluster has, of one deployment or of all in a namespace")
    func cluster() async throws {
        try await withCluster { cluster in
            let hosts = Api<ModuleHost>(cluster.client)
            for (name, owner) in [("a", "http-filter"), ("b", "another")] {
                let host = host(name, evidence: Self.evidence, owner: owner)
                _ = try await hosts.create(host)
                _ = try await hosts.patchStatus(host.metadata.name, ["status": host.status.json] as JSON)
            }
            let revision = revision()
            let revisions = Api<ModuleRevision>(cluster.client, namespace: "payments")
            _ = try await revisions.create(revision)
            _ = try await revisions.patchStatus("http-filter-b", ["status": revision.status.json] as JSON)
            let all = try await TrustStatusCommand.view(cluster.client, namespace: "payments", name: nil)
            #expect(all.entries.map(\.host) == ["edge-proxy.a", "edge-proxy.b"])
            #expect(all.entries.allSatisfy { $0.comparison == .same })
            #expect(try await TrustStatusCommand.view(cluster.client, namespace: "search", name: nil).entries.isEmpty)
            let error = await #expect(throws: CommandError.self) {
                _ = try await TrustStatusCommand.view(cluster.client, namespace: "payments", name: "nothing")
            }
            #expect(error?.description.contains("payments/nothing does not exist") == true)
        }
    }

    @Test("Roots are told with content, age and windows; what is missing, changed or too old is complained of")
    func roots() async throws {
        let path = ConformanceCommandTests.bundles + "/roots/sigstore-java-trusted_root.json"
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let text = String(decoding: bytes, as: UTF8.self)
        try await withCluster { cluster in
            try await cluster.createNamespace(GraftAPI.trustNamespace)
            let roots = Api<TrustRoot>(cluster.client)
            _ = try await Api<ConfigMap>(cluster.client, namespace: GraftAPI.trustNamespace).create(
                ConfigMap(metadata: ObjectMeta(name: "sigstore"), data: ["trusted_root.json": text]))
            func create(_ name: String, _ spec: TrustRootSpec) async throws {
                _ = try await roots.create(["metadata": ["name": .string(name)], "spec": spec.json] as JSON)
            }
            var there = TrustRootSpec()
            there.configMap = TrustRootLocation(name: "sigstore", digest: Digest(of: bytes).description)
            there.taken = Timestamp("2026-08-01T00:00:00Z")
            try await create("there", there)
            var changed = there
            changed.configMap?.digest = Self.other
            try await create("changed", changed)
            let view = try await TrustRootsCommand.view(cluster.client, now: Timestamp("2026-11-01T00:00:00Z")!)
            #expect(view.lines.first == "changed   taken 2026-08-01T00:00:00Z, 92 days ago")
            #expect(view.lines[1].contains("found content with digest"), "\(view.lines[1])")
            #expect(view.lines.contains("there   \(Digest(of: bytes))   taken 2026-08-01T00:00:00Z, 92 days ago"))
            let kinds = ["certificate authority", "transparency log", "certificate log"]
            for kind in kinds { #expect(view.lines.contains { $0.hasPrefix("  \(kind)   ") }, "\(kind)") }
            #expect(view.lines.contains { $0.hasSuffix(" (over)") }, "windows that are over are marked")
            #expect(view.complaints(olderThan: try #require(Age(argument: "93d"))).count == 1)
            let complaints = view.complaints(olderThan: try #require(Age(argument: "90d")))
            #expect(complaints.last == "TrustRoot there is 92 days old, wanted at most 90d; take a newer one from its publisher")
            #expect(view.json[1]?["authorities"]?.array?.isEmpty == false && view.json[0]?["problem"] != nil)
        }
    }

    @Test("An age is a number of days or hours", arguments: [("90d", 7_776_000), ("36h", 129_600)] as [(String, Int64)])
    func age(text: String, seconds: Int64) { #expect(Age(argument: text)?.duration == .seconds(seconds)) }

    @Test("Anything else is no age", arguments: ["", "d", "90", "-1d", "0d", "1.5d", "90days", "1w", "+1d", "999999999999999999999d"])
    func noAge(text: String) { #expect(Age(argument: text) == nil) }

    private func withCluster(_ body: (EmbeddedCluster) async throws -> Void) async throws {
        try await withEmbeddedCluster { cluster in
            for kind in GraftAPI.kinds { try await cluster.apply(definition: kind.customResourceDefinition) }
            for namespace in ["payments", "search"] { try await cluster.createNamespace(namespace) }
            try await body(cluster)
        }
    }
}
