import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Testing
import Trust
import Verification

@testable import Agent

/// A module that was signed with `notation`: its signature is kept beside it, and holds or not by the host's own clock.
@Suite("A revision with a notation signature")
struct NotationRevisionTests {
    private struct Bench {
        let shelf: FallibleShelf
        let store: ContentStore
        let installed: InstalledRevision

        /// The module that the fixtures are signatures of, fetched with one of them.
        init(_ directory: String, signature: String) async throws {
            shelf = try FallibleShelf(directory: directory)
            store = try ContentStore(path: "\(directory)/store")
            let module = try await shelf.push("1.0.0", files: [("libfilter.so", .bytes(Array("the code of 1.0.0".utf8)))]).module
            let signed = Digest(of: try NotationModule.fixture("artifact.json")).description
            try #require(module == signed)
            var spec = ModuleRevisionSpec()
            spec.number = 1
            spec.source = "\(FallibleShelf.repository):1.0.0"
            spec.digest = module
            spec.configHash = ConfigHash.of(nil)
            spec.hostClass = "edge-proxy"
            spec.slot = "net/filter"
            spec.version = "1.0.0"
            spec.signatures = [
                SignatureReference(
                    digest: try await shelf.attach(
                        NotationModule.fixture(signature), signature.hasSuffix("jws") ? "application/jose+json" : "application/cose",
                        artifactType: NotationSignature.artifactType, to: module))
            ]
            let revision = ModuleRevision(metadata: ObjectMeta(name: "filter-1", namespace: "payments"), spec: spec)
            installed = try await RevisionFetcher(store: store, artifacts: shelf, limit: 1 << 20).fetch(
                revision, wanted: RevisionReference(revision: "filter-1", digest: module, version: "1.0.0"), hostClass: "edge-proxy",
                slot: "net/filter", policies: Bench.policies())
            shelf.goDown()
        }

        static func policies(_ subject: String = "C=US, ST=WA, O=wabbit-networks.example", stamps: Bool = true) throws -> PolicySet {
            var signer = NotationSigner()
            signer.certificates = [try NotationModule.text("root.pem")]
            signer.timestampAuthorities = stamps ? [try NotationModule.text("stamp-root.pem")] : []
            signer.identities = ["x509.subject: \(subject)"]
            var spec = VerificationPolicySpec()
            spec.match = PolicyMatch(
                namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/**"])
            spec.authorities = [PolicyAuthority(name: "wabbit", notation: signer)]
            return PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "wabbit"), spec: spec)])
        }

        func verify(_ policies: PolicySet, at now: Int64) async throws -> VerifiedRevision {
            let host = AgentConfiguration(
                hostClass: "edge-proxy", nodeName: "node-1", runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload"],
                labels: [:], slots: [], stateDirectory: "/nowhere")
            return try await RevisionVerifier(store: store, host: host).verify(
                installed, policies: policies, now: Timestamp(seconds: now))
        }
    }

    /// 2026-06-15, within the certificates' time; 2028-01-01 and 2039-01-01.
    private static let (june2026, year2028, year2039): (Int64, Int64, Int64) = (1_781_481_600, 1_830_297_600, 2_177_452_800)

    @Test("is verified from the store alone, long after its certificates, by its stamp", arguments: ["stamped.jws", "stamped.cose"])
    func stamped(signature: String) async throws {
        try await withTemporaryDirectory { directory in
            let bench = try await Bench(directory, signature: signature)
            let verified = try await bench.verify(Bench.policies(), at: Self.year2039)
            #expect(verified.files.map(\.path.description) == ["libfilter.so"])
            let other = await #expect(throws: SlotFailure.self) {
                _ = try await bench.verify(Bench.policies("C=US, ST=WA, O=other"), at: Self.year2039)
            }
            #expect(other?.reason == "NotTrusted")
        }
    }

    @Test("without a stamp that counts holds as long as its certificates", arguments: ["p256.jws", "p256.cose", "stamped.jws"])
    func unstamped(signature: String) async throws {
        try await withTemporaryDirectory { directory in
            let bench = try await Bench(directory, signature: signature)
            let policies = try Bench.policies(stamps: false)
            _ = try await bench.verify(policies, at: Self.june2026)
            let late = await #expect(throws: SlotFailure.self) { _ = try await bench.verify(policies, at: Self.year2028) }
            #expect(late?.reason == "NotTrusted")
        }
    }
}
