import GraftAPI
import JSON
import KubeCore
import Testing
import Trust

@testable import Verification

/// What stands in a cluster may be newer than what reads it, or older than what wrote it. It never opens anything by that.
@Suite("Policies that can't be read whole") struct PolicyReadingTests {
    private static let key: JSON = {
        .string((try? PrivateKey.generate().publicKey.pem) ?? "")
    }()

    private func policy(_ name: String = "strict", _ change: (inout JSON) -> Void = { _ in }) throws -> VerificationPolicy {
        var json: JSON = [
            "apiVersion": "graft.dev/v1alpha1", "kind": "VerificationPolicy", "metadata": ["name": .string(name)],
            "spec": [
                "mode": "Enforce",
                "match": ["namespaces": ["payments"], "classes": ["*"], "slots": ["**"], "repositories": ["registry.example/**"]],
                "authorities": [["name": "release", "key": ["data": Self.key]]],
            ],
        ]
        change(&json)
        return try VerificationPolicy(from: json)
    }

    private let inside = Delivery(namespace: "payments", class: "edge", slot: "net/filter", repository: "registry.example/a")
    private let outside = Delivery(namespace: "search", class: "edge", slot: "net/filter", repository: "registry.example/a")

    @Test func `One that is understood lets through what it covers`() throws {
        #expect(PolicySet([try policy()]).tenancy(inside).isGranted)
    }

    static let newer: [(what: String, change: @Sendable (inout JSON) -> Void, names: String)] = [
        ("a field of the spec", { $0["spec"]?["maxWeight"] = 10 }, "spec.maxWeight: unknown field"),
        ("a field of the match", { $0["spec"]?["match"]?["clusters"] = ["a"] }, "spec.match.clusters: unknown field"),
        (
            "a field of an authority", { $0["spec"]?["authorities"] = [["name": "release", "key": ["data": key, "notBefore": "2026"]]] },
            "spec.authorities[0].key.notBefore: unknown field"
        ),
        ("a mode", { $0["spec"]?["mode"] = "Audit" }, "spec.mode"),
        ("a threshold that is no number", { $0["spec"]?["threshold"] = "two" }, "spec.threshold"),
        ("authorities that are none", { $0["spec"]?["authorities"] = "release" }, "spec.authorities"),
    ]

    @Test(arguments: newer.indices) func `One that says what this program does not know lets nothing through, and says what`(_ index: Int)
        throws
    {
        let (what, change, names) = Self.newer[index]
        let found = try policy("strict", change)
        // Beside it another policy would let the delivery through.
        let set = PolicySet([found, try policy("lax")])
        let failure = set.tenancy(inside).failure
        #expect("\(failure.map { "\($0)" } ?? "granted")".contains(names), "\(what): \(failure.map { "\($0)" } ?? "granted")")
        #expect(found.metadata.name == "strict" && found.spec.match.namespaces == ["payments"], "\(what): it covers what it covered")
    }

    @Test func `One whose match can't be read covers everything, and so lets nothing through anywhere`() throws {
        let found = try policy { $0["spec"]?["match"] = ["namespaces": "payments"] }
        let lax = try policy("lax") { $0["spec"]?["match"]?["namespaces"] = ["*"] }
        #expect(PolicySet([lax]).tenancy(outside).isGranted)
        #expect(!PolicySet([found, lax]).tenancy(outside).isGranted)
    }

    @Test func `One in mode Warn that can't be read refuses nothing`() throws {
        let found = try policy("warning") {
            $0["spec"]?["mode"] = "Warn"
            $0["spec"]?["maxWeight"] = 10
            $0["spec"]?["threshold"] = "two"
        }
        #expect(PolicySet([found, try policy("lax")]).tenancy(inside).isGranted)
    }

    @Test func `A quarantine that can't be read whole covers its digest everywhere, rather than nowhere`() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        func quarantine(_ spec: JSON) throws -> ModuleQuarantine {
            try ModuleQuarantine(from: ["metadata": ["name": "q"], "spec": spec])
        }
        let plain = try quarantine(["digest": .string(digest), "namespace": "payments", "action": "Block", "reason": "bad"])
        #expect(!plain.spec.covers(digest: digest, configHash: "c", namespace: "search"))
        let newer = try quarantine(["digest": .string(digest), "namespace": "payments", "action": "Isolate", "reason": "bad"])
        #expect(newer.spec.covers(digest: digest, configHash: "c", namespace: "search"))
        #expect(newer.spec.action == .block && newer.spec.reason == "bad")
        #expect(throws: JSONDecodingError.self) { try quarantine(["action": "Isolate"]) }
    }

    @Test(arguments: ["registry.example/**", "REGISTRY.example/**", "registry.example:443/**", "Registry.Example:0443/**"])
    func `A pattern means a host, whichever way either is written`(_ pattern: String) throws {
        let found = try policy { $0["spec"]?["match"]?["repositories"] = [.string(pattern)] }
        #expect(PolicySet([found]).tenancy(inside).isGranted)
        var other = inside
        other.repository = "registry.example:5000/a"
        #expect(!PolicySet([found]).tenancy(other).isGranted)
    }
}
