import CoreMetrics
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import OCI
import Schema
import Telemetry
import Testing
import Trust
import Verification

@testable import Controllers

/// Policies change while modules run. 1.0.0 is signed by the stranger's key, 1.1.0 by the release key; both are trusted at first.
@Suite struct ContinuousTrustTests {
    private static func authority(_ name: String, _ key: PrivateKey, upTo weight: Int64? = nil) -> JSON {
        var authority: JSON = ["name": .string(name), "key": ["data": .string(key.publicKey.pem)]]
        if let weight { authority["upToWeight"] = .integer(weight) }
        return authority
    }

    private func setPolicy(_ scenario: Scenario, _ members: JSON) async throws {
        _ = try await Api<VerificationPolicy>(scenario.cluster.client).mergePatch("edge-modules", ["spec": members] as JSON)
    }

    private func both(_ scenario: Scenario) -> JSON {
        ["authorities": [Self.authority("release", scenario.shelf.releaseKey), Self.authority("other", scenario.shelf.strangersKey)]]
    }

    private func delivered(_ scenario: Scenario, onDistrust: JSON = .null) async throws {
        var policy = both(scenario)
        policy["onDistrust"] = onDistrust
        try await setPolicy(scenario, policy)
        try await scenario.shelf.push("0.9.0", signedBy: scenario.shelf.strangersKey)
        for version in ["0.9.0", "1.1.0"] {
            try await scenario.apply(version)
            try await scenario.becomesHealthy(on: version)
        }
    }

    private func events(_ scenario: Scenario, _ reason: String) async throws -> [Event] {
        try await Api<Event>(scenario.cluster.client, namespace: Scenario.namespace).list().items.filter { $0.reason == reason }
    }

    private func reported(_ scenario: Scenario) async throws -> ModuleDeployment {
        try await scenario.becomes("reported") {
            $0.status.conditions["Verified"]?.reason == "Distrusted" && $0.status.trust?.revisions.first?.hosts == 4
        }
    }

    @Test func `a signer that is dropped is reported, moves nothing, and is forgotten when it comes back`() async throws {
        let registry = MetricsRegistry()
        try await withMetricsFactory(registry) {
            try await withScenario(hosts: 4) { scenario in
                try await delivered(scenario)
                let plan = try await scenario.plans.get(Scenario.name)
                try await setPolicy(scenario, ["authorities": [Self.authority("other", scenario.shelf.strangersKey)]])
                let deployment = try await reported(scenario)
                #expect(deployment.status.message.contains("4 of 4 hosts run what policy edge-modules no longer accepts"))
                #expect(deployment.status.conditions["Verified"]?.message.contains("policy edge-modules") == true)
                #expect(deployment.status.phase == .degraded)
                try await eventually("the event") { try await events(scenario, "Distrusted").count == 1 }
                try await eventually("the metrics") {
                    registry.values("graft_distrusted_hosts", ["judge": "controller"]) == [4]
                        && registry.values("graft_distrusted_revisions") == [1]
                }
                #expect(try await scenario.plans.get(Scenario.name).metadata.resourceVersion == plan.metadata.resourceVersion)
                #expect(scenario.fleet.versions == Array(repeating: "1.1.0", count: 4))
                try await setPolicy(scenario, both(scenario))
                try await scenario.becomesHealthy(on: "1.1.0")
                try await eventually("the end of it") {
                    try await scenario.deployments.get(Scenario.name).status.trust == nil
                        && registry.values("graft_distrusted_hosts", ["judge": "controller"]) == [0]
                }
            }
        }
    }

    @Test(arguments: ["authorities", "revoked"])
    func `what is withdrawn is left in waves, named by GitOps in vain, and comes back with its signer`(by field: String) async throws {
        try await withScenario(hosts: 4) { scenario in
            try await delivered(scenario, onDistrust: ["action": "RollBack", "maxUnavailable": 1])
            let fingerprint = scenario.shelf.releaseKey.publicKey.fingerprint
            let change: JSON =
                field == "revoked"
                ? ["revoked": ["keys": [.string(fingerprint)]]]
                : ["authorities": [Self.authority("other", scenario.shelf.strangersKey)]]
            try await setPolicy(scenario, change)
            let back = try await scenario.becomes("back on 0.9.0") {
                $0.status.stable?.version == "0.9.0" && $0.status.rollout?.state == .complete
            }
            #expect(back.status.rollout?.cause == .distrusted)
            #expect(back.status.rollout?.wave.number == 4, "one host at a time")
            try await eventually("all hosts on 0.9.0") { scenario.fleet.versions.allSatisfy { $0 == "0.9.0" } }
            #expect(try await scenario.quarantines.list().items.isEmpty)
            // The spec still names it: applied again it moves nothing, and says why
            let plan = try await scenario.plans.get(Scenario.name)
            try await scenario.apply("1.1.0") { $0.revisionHistoryLimit = 9 }
            _ = try await scenario.becomes("still refused") { $0.status.conditions["Ready"]?.reason == "Distrusted" }
            #expect(try await scenario.plans.get(Scenario.name).spec == plan.spec)
            try await setPolicy(scenario, field == "revoked" ? ["revoked": .null] : both(scenario))
            try await scenario.becomesHealthy(on: "1.1.0")
            #expect(try await scenario.deployments.get(Scenario.name).status.rollout?.kind == .steps)
        }
    }

    @Test func `one that was signed anew in time is not withdrawn`() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await delivered(scenario, onDistrust: ["action": "RollBack", "maxUnavailable": "100%"])
            let deployment = try await scenario.deployments.get(Scenario.name)
            let stable = try #require(deployment.status.stable)
            let manifest = try await scenario.shelf.layout.pushSignature(
                of: Digest(parsing: stable.digest), in: ModuleShelf.repository, by: scenario.shelf.strangersKey)
            try await setPolicy(scenario, ["authorities": [Self.authority("other", scenario.shelf.strangersKey)]])
            try await eventually("its evidence is the new signature") {
                let revision = try await scenario.revisions.get(stable.revision)
                return revision.status.evidence.map(\.manifest) == [manifest] && revision.status.signatures.map(\.digest) == [manifest]
            }
            try await scenario.becomesHealthy(on: "1.1.0")
            #expect(try await scenario.deployments.get(Scenario.name).status.rollout?.id == deployment.status.rollout?.id)
        }
    }

    @Test func `what anyone attaches takes nothing from what is pinned`() async throws {
        try await withScenario(hosts: 1) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let revision = try #require(try await scenario.revisions.list().items.first)
            let digest = try Digest(parsing: revision.spec.digest)
            let policies = try await PolicySet(Api<VerificationPolicy>(scenario.cluster.client).list().items)
            func judged() async throws -> ModuleResolver.Rejudgement {
                try await ModuleResolver(artifacts: scenario.shelf, monotonic: Surroundings.system.now).rejudge(
                    revision, Reference(parsing: revision.spec.source), policies: policies, now: Surroundings.system.wallTime())
            }
            #expect(try await judged().judgement.isTrusted)
            // When the tag of its signatures holds a stranger's, or nothing that can be read
            _ = try await scenario.shelf.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: scenario.shelf.strangersKey)
            var judgement = try await judged()
            #expect(judgement.judgement.isTrusted && judgement.isComplete)
            let tag = try Tag(SignatureManifest.tag(for: digest.description))
            let index = Array(#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#.utf8)
            try await scenario.shelf.layout.push(try ManifestDocument(parsing: index, source: "the test's index"), tag: tag)
            judgement = try await judged()
            #expect(judgement.judgement.isTrusted && !judgement.isComplete)
        }
    }

    @Test func `an error in the policy is reported and moves nothing`() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await delivered(scenario, onDistrust: ["action": "RollBack", "maxUnavailable": "100%"])
            try await setPolicy(scenario, ["authorities": [["name": "release", "key": ["data": "no key"]]]])
            let deployment = try await scenario.becomes("reported") { $0.status.conditions["Verified"]?.status == .isFalse }
            #expect(deployment.status.conditions["Verified"]?.reason == "PolicyInvalid")
            #expect(deployment.status.rollout?.kind == .steps)
            #expect(scenario.fleet.versions == Array(repeating: "1.1.0", count: 4))
            try await setPolicy(scenario, both(scenario))
            try await scenario.becomesHealthy(on: "1.1.0")
        }
    }

    @Test func `what hosts find by themselves is counted`() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await delivered(scenario)
            let hosts = Api<ModuleHost>(scenario.cluster.client)
            let host = try #require(try await hosts.list().items.first)
            var status = host.status
            status.slots[0].trust = SlotTrust(.distrusted, reason: "NotTrusted", message: "no proof holds", since: Timestamp(seconds: 1))
            _ = try await hosts.applyStatus(host.metadata.name, ["status": status.json] as JSON, manager: GraftAPI.agentManager)
            let deployment = try await scenario.becomes("counted") { $0.status.trust?.hosts.distrusted == 1 }
            #expect(
                deployment.status.message.contains(
                    "1 of 4 hosts would not load today what they run: \(host.metadata.name): no proof holds"))
            try await eventually("the event") { try await events(scenario, "HostsDistrust").count == 1 }
        }
    }

    @Test func `a staging signature leads to its weight, and the release signature, when it comes, to all hosts`() async throws {
        try await withScenario(hosts: 4) { scenario in
            let shelf = scenario.shelf
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await setPolicy(
                scenario,
                ["authorities": [Self.authority("staging", shelf.strangersKey, upTo: 50), Self.authority("release", shelf.releaseKey)]])
            let digest = try await shelf.push("2.0.0", signedBy: shelf.strangersKey)
            try await scenario.apply("2.0.0", steps: [.setWeight(Weight(percent: 25))])
            let waiting = try await scenario.becomes("waiting") { $0.status.conditions["Ready"]?.reason == "WaitsForSignature" }
            #expect(scenario.fleet.versions.count { $0 == "2.0.0" } == 2)
            #expect(waiting.status.rollout?.weight == Weight(percent: 50))
            #expect(
                waiting.status.message.contains(
                    "2.0.0: policy edge-modules lets staging vouch for 50% of the hosts; beyond that release must have signed it: "
                        + "`graft sign \(ModuleShelf.repository)@\(digest) --key …`"), "\(waiting.status.message)")
            try await eventually("the event") { try await events(scenario, "WaitsForSignature").count == 1 }
            let manifest = try await shelf.layout.pushSignature(of: digest, in: ModuleShelf.repository, by: shelf.releaseKey)
            let deployment = try await scenario.becomesHealthy(on: "2.0.0")
            let revision = try await scenario.revisions.get(try #require(deployment.status.stable).revision)
            #expect(revision.status.signatures.map(\.digest) == [manifest])
            #expect(revision.spec.signatures.map(\.digest) != [manifest])
            #expect(Set(revision.status.evidence.map(\.authority)) == ["staging", "release"])
            #expect(revision.status.evidenceHash == EvidenceHash.of(revision.status.evidence))
        }
    }
}

extension MetricsRegistry {
    /// Values of the series of a name that have these labels.
    fileprivate func values(_ name: String, _ labels: [String: String] = [:]) -> [Double] {
        snapshot().families.filter { $0.name == name }.flatMap(\.points).compactMap { point in
            guard labels.allSatisfy({ point.labels.text.contains("\($0.key)=\"\($0.value)\"") }), case .double(let value) = point.value
            else {
                return nil
            }
            return value
        }
    }
}
