import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Testing
import Trust
import Verification

@testable import Agent

/// What a plan asks for is fetched only when the revision it names is just that, and may be delivered here.
@Suite struct RevisionFetcherTests {
    private static let digest = "sha256:" + String(repeating: "1", count: 64)

    private func revision(_ change: (inout ModuleRevisionSpec) -> Void = { _ in }) -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        spec.number = 1
        spec.source = "registry.example/modules/http-filter:1.0.0"
        spec.digest = Self.digest
        spec.config = ["port": 80]
        spec.configHash = ConfigHash.of(["port": 80])
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.version = "1.0.0"
        change(&spec)
        return ModuleRevision(metadata: ObjectMeta(name: "http-filter-a", namespace: "payments"), spec: spec)
    }

    /// Fetches from a shelf that has nothing. Returns the failure's reason, and how often the shelf was asked.
    private func fetch(_ revision: ModuleRevision, wanted digest: String = digest) async throws -> (reason: String, requests: Int) {
        try await withTemporaryDirectory { (directory: String) in
            let shelf = try FallibleShelf(directory: directory)
            let fetcher = RevisionFetcher(store: try ContentStore(path: "\(directory)/store"), artifacts: shelf, limit: 1 << 20)
            let policy = PolicySource(
                name: "payments", namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"],
                repositories: ["registry.example/**"],
                authorities: [.init(name: "release", keys: [shelf.key.publicKey.pem])], mode: "Enforce")
            do {
                _ = try await fetcher.fetch(
                    revision, wanted: RevisionReference(revision: "http-filter-a", digest: digest), hostClass: "edge-proxy",
                    slot: "net/filter", policies: PolicySet([Policy(policy)]))
                return ("", shelf.requests)
            } catch let failure as SlotFailure {
                #expect(failure.kind == .environment)
                return (failure.reason, shelf.requests)
            } catch is OCIError {
                return ("FetchFailed", shelf.requests)
            }
        }
    }

    @Test func `One that is what the plan says is asked for`() async throws {
        let (reason, requests) = try await fetch(revision())
        #expect(reason == "FetchFailed" && requests > 0)
    }

    static let others: [(what: String, change: @Sendable (inout ModuleRevisionSpec) -> Void)] = [
        ("another class", { $0.hostClass = "kv-node" }), ("another slot", { $0.slot = "net/tls" }),
        ("another configuration than its hash", { $0.config = ["port": 81] }), ("no configuration", { $0.config = nil }),
        ("another digest", { $0.digest = "sha256:" + String(repeating: "2", count: 64) }),
    ]

    @Test(arguments: others.indices) func `One that disagrees with its plan is asked of nobody`(_ index: Int) async throws {
        let (reason, requests) = try await fetch(revision(Self.others[index].change))
        #expect(reason == "RevisionMismatch", "\(Self.others[index].what)")
        #expect(requests == 0)
    }

    @Test(arguments: [
        "registry.example:5000/modules/http-filter:1.0.0", "elsewhere.example/modules/http-filter:1.0.0", "127.0.0.1:10250/modules/f:1",
        "169.254.169.254/latest/f:1",
    ])
    func `One from a place that no policy names is asked of nobody`(source: String) async throws {
        let (reason, requests) = try await fetch(revision { $0.source = source })
        #expect(reason == "NotTrusted" && requests == 0)
    }

    @Test(arguments: ["REGISTRY.example/modules/http-filter:1.0.0", "registry.example:443/modules/http-filter:1.0.0"])
    func `Another way of writing a place is the same place`(source: String) async throws {
        let (reason, requests) = try await fetch(revision { $0.source = source })
        #expect(reason == "FetchFailed" && requests > 0)
    }
}
