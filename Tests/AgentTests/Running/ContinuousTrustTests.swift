import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import OCI
import Schema
import Testing
import Trust
import Verification

@testable import Agent

@Suite("An agent whose policies change")
struct ContinuousTrustTests {
    /// A host that runs 1.1.0, with 1.0.0 staged, and a registry that is gone.
    func serving(
        _ body: (AgentBench, MemoryDriver, AgentServices, RevisionReference) async throws -> Void
    ) async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            let driver = MemoryDriver()
            let agent = try bench.agent(bench.configuration(), driver: driver)
            try await bench.plan(stable: first)
            try await bench.withAgent(agent) {
                try await bench.waitsUntilActive("1.0.0")
                try await bench.plan(stable: second, previous: first, rollout: "r2")
                try await bench.waitsUntilActive("1.1.0")
                bench.shelf.goDown()
                try await body(bench, driver, agent, second)
            }
        }
    }

    private func revoke(_ bench: AgentBench) async throws {
        let body: JSON = ["spec": ["revoked": ["keys": [.string(bench.shelf.key.publicKey.fingerprint)], "identities": []]]]
        _ = try await Api<VerificationPolicy>(bench.cluster.client).mergePatch("release", body)
    }

    private func pardon(_ bench: AgentBench) async throws {
        let body: JSON = ["spec": ["revoked": nil]]
        _ = try await Api<VerificationPolicy>(bench.cluster.client).mergePatch("release", body)
    }

    @Test func `it reports the hash of the evidence that it saw itself, which is the controller's when both saw the same`() async throws {
        try await serving { bench, _, _, second in
            let status = try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
            let policies = PolicySet(try await Api<VerificationPolicy>(bench.cluster.client).list().items)
            bench.shelf.goDown(false)
            let source = bench.shelf.source(of: try Reference(parsing: "\(FallibleShelf.repository):1.1.0"))
            let signatures = try await SignatureManifest.fetch(of: try Digest(parsing: second.digest), from: source)
            let delivery = Delivery(namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: FallibleShelf.repository)
            let judgement = policies.judge(delivery, digest: second.digest, signatures: signatures)
            #expect(judgement.evidence.count == 1)
            let evidence = judgement.evidence.map { VerificationEvidence($0, time: Timestamp(seconds: 12_345)) }
            #expect(status.active?.evidenceHash == EvidenceHash.of(evidence))
            let changes = try await bench.waits(for: "it is told") { $0.active?.evidenceHash != nil }
            #expect(changes.trust?.reason == nil)
        }
    }

    @Test func `a revoked signer is noticed without a network, nothing is taken away, and the way back is noticed as well`() async throws {
        try await serving { bench, driver, _, _ in
            let before = try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
            let (loads, requests) = (driver.state.loads, bench.shelf.requests)
            try await revoke(bench)
            let refused = try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
            #expect(refused.trust?.reason == "NotTrusted")
            #expect(refused.trust?.message?.contains("policy release") == true)
            #expect(refused.active == before.active, "it goes on running")
            #expect(refused.trust!.since >= before.trust!.since)
            try await pardon(bench)
            try await bench.waits(for: "it is trusted again") { $0.trust?.state == .trusted }
            #expect(driver.state.loads == loads)
            #expect(bench.shelf.requests == requests, "nobody was asked")
        }
    }

    @Test func `a staged version whose signer was revoked is not loaded, whatever the plan says`() async throws {
        try await serving { bench, driver, _, _ in
            let staged = try #require(try await Api<ModulePlan>(bench.cluster.client, namespace: "payments").get("filter").spec.previous)
            let loads = driver.state.loads
            try await revoke(bench)
            try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
            try await bench.plan(stable: staged, rollout: "r3")
            let status = try await bench.waits(for: "it is refused") { $0.rollout == "r3" && $0.target?.state == .failed }
            #expect(status.target?.reason == "NotTrusted")
            #expect(status.active?.version == "1.1.0")
            #expect(driver.state.loads == loads)
            try await pardon(bench)
            try await bench.waitsUntilActive("1.0.0")
        }
    }

    @Test func `a quarantine that comes and goes is noticed`() async throws {
        try await serving { bench, driver, _, second in
            var quarantine = ModuleQuarantineSpec()
            quarantine.digest = second.digest
            quarantine.reason = "it leaks"
            let quarantines = Api<ModuleQuarantine>(bench.cluster.client)
            _ = try await quarantines.apply("leak", ["spec": quarantine.json] as JSON, manager: "test")
            let status = try await bench.waits(for: "it is quarantined") { $0.trust?.reason == "Quarantined" }
            #expect(status.trust?.state == .distrusted)
            #expect(status.active?.version == "1.1.0")
            try await quarantines.delete("leak")
            try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
            #expect(driver.state.running?.version == "1.1.0")
        }
    }

    @Test func `a quarantine that evicts takes out what runs, for what is trusted and here`() async throws {
        try await serving { bench, driver, _, second in
            var quarantine = ModuleQuarantineSpec()
            quarantine.digest = second.digest
            quarantine.action = .evict
            _ = try await Api<ModuleQuarantine>(bench.cluster.client).apply("leak", ["spec": quarantine.json] as JSON, manager: "test")
            try await bench.waits(for: "1.0.0 is back") { $0.active?.version == "1.0.0" && $0.trust?.state == .trusted }
            #expect(driver.state.running?.version == "1.0.0")
        }
    }

    @Test func `what changed while it was down is noticed at its start`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            _ = try await bench.withAgent(bench.agent(bench.configuration(), driver: MemoryDriver())) {
                try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
            }
            bench.shelf.goDown()
            try await revoke(bench)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
                #expect(driver.state.running?.version == "1.0.0")
            }
        }
    }

    @Test func `proofs that are gone, and roots that are not there yet, are no distrust`() async throws {
        try await serving { bench, driver, _, second in
            try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
            let policies = Api<VerificationPolicy>(bench.cluster.client)
            // A root whose content nobody has put there.
            let digest = "sha256:\(String(repeating: "a", count: 64))"
            let root: JSON = ["spec": ["configMap": ["name": "sigstore", "digest": .string(digest)]]]
            _ = try await Api<TrustRoot>(bench.cluster.client).apply("sigstore", root, manager: "test")
            var policy = try await policies.get("release").spec
            var identity = KeylessIdentity()
            identity.issuer = "https://issuer.example"
            identity.subject = "someone"
            identity.trustRoots = ["sigstore"]
            policy.authorities = [PolicyAuthority(name: "ci", keyless: identity)]
            _ = try await policies.apply("later", ["spec": policy.json] as JSON, manager: "test")
            let waiting = try await bench.waits(for: "it can't be told") { $0.trust?.state == .unknown }
            #expect(waiting.trust?.reason == "RootMissing")
            try await policies.delete("later")
            try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }

            // The signatures beside the artifact are lost, and the policies are looked at again.
            let key = ObjectKey(namespace: "payments", name: second.revision)
            let revision = try await Api<ModuleRevision>(bench.cluster.client).scoped(to: "payments").get(key.name)
            let store = try ContentStore(path: "\(bench.directory)/state-node-1/store")
            for signature in revision.spec.signatures {
                try Disk.real.removeIfPresent(store.path(of: try Digest(parsing: signature.digest)))
            }
            try await revoke(bench)
            let lost = try await bench.waits(for: "it can't be told") { $0.trust?.state == .unknown }
            #expect(lost.trust?.reason == "ProofsMissing")
            #expect(driver.state.running?.version == "1.1.0")
        }
    }

    @Test func `the fields of continuous trust are read, and limited`() throws {
        let base: JSONObject = [
            "class": "edge", "nodeName": "n", "runtimeVersion": "1.0.0", "stateDirectory": "/s",
            "slots": [["name": "a", "directory": "/d"]],
        ]
        func configuration(_ more: JSONObject) throws -> AgentConfiguration {
            var object = base
            for (key, value) in more { object[key] = value }
            return try AgentConfiguration(.object(object))
        }
        #expect(try configuration([:]).judgeSpread == .seconds(5))
        #expect(try configuration(["judgeSpreadSeconds": 50, "judgePeriodSeconds": 60]).judgePeriod == .seconds(60))
        #expect(throws: ConfigurationError.self) { try configuration(["judgeSpreadSeconds": 51]) }
        #expect(throws: ConfigurationError.self) { try configuration(["judgePeriodSeconds": 0]) }
    }
}
