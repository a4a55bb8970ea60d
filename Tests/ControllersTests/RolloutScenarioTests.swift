import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import OCI
import Testing

@testable import Controllers

@Suite("Rollouts, controller and hosts together")
struct RolloutScenarioTests {
    @Test("Given hosts, when a deployment is applied, then all of them run it, and the revision is Good")
    func first() async throws {
        try await withScenario(hosts: 5) { scenario in
            try await scenario.apply("1.0.0")
            let deployment = try await scenario.becomesHealthy(on: "1.0.0")
            let revision = try await scenario.revisions.get(deployment.status.stable?.revision ?? "")
            try await eventually("a Good revision") {
                try await scenario.revisions.get(revision.metadata.name).status.outcome == .good
            }
            #expect(revision.spec.number == 1)
            #expect(revision.status.evidence.first?.authority == "release")
            #expect(deployment.status.conditions["Ready"]?.status == .isTrue)
            #expect(deployment.status.hosts.summary == "5/5")
        }
    }

    @Test("Given steps, when a new version is applied, then it stops at the pause with its share, and goes on when promoted")
    func canary() async throws {
        try await withScenario(hosts: 10) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let steps: [Step] = [.setWeight(Weight(percent: 20)), .pause(seconds: nil)]
            try await scenario.apply("1.1.0", steps: steps)
            let paused = try await scenario.becomes("paused at 20 %") { $0.status.phase == .paused }
            #expect(scenario.fleet.versions.count { $0 == "1.1.0" } == 2)
            let rollout = try #require(paused.status.rollout)
            _ = try await scenario.deployments.mergePatch(
                Scenario.name,
                ["metadata": ["annotations": [GraftAPI.promoteAnnotation: .string("\(rollout.id)/\(rollout.stepIndex)")]]] as JSON)
            let healthy = try await scenario.becomesHealthy(on: "1.1.0")
            try await eventually("the annotation is consumed") {
                try await scenario.deployments.get(Scenario.name).metadata.annotations[GraftAPI.promoteAnnotation] == nil
            }
            #expect(healthy.status.previous?.version == "1.0.0")
            let events = Api<Event>(scenario.cluster.client, namespace: Scenario.namespace)
            try await eventually("an event") { try await events.list().items.contains { $0.reason == "RolloutCompleted" } }
            try await eventually("an event of the promotion, once") { try await events.list().items.count { $0.reason == "Promoted" } == 1 }
            #expect(try await !events.list().items.contains { $0.reason == "Ignored" }, "each verb is obeyed once")
        }
    }

    @Test("Given a version that fails its probe, then the first wave goes back, it is quarantined, and the message says so")
    func bad() async throws {
        try await withScenario(hosts: 8) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let digest = try await scenario.shelf.push("1.2.0", signedBy: scenario.shelf.releaseKey)
            scenario.fleet.set(.failsProbe, of: "1.2.0")
            try await scenario.apply("1.2.0") { $0.strategy.maxUnavailable = .count(1) }
            let degraded = try await scenario.becomes("degraded") { $0.status.phase == .degraded }
            #expect(degraded.status.stable?.version == "1.0.0")
            #expect(degraded.status.message.contains("1.2.0"))
            let quarantines = try await scenario.quarantines.list().items
            #expect(quarantines.map(\.spec.digest) == [digest.description])
            #expect(quarantines.first?.spec.namespace == Scenario.namespace)
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })

            // Once its quarantine is deleted, it may be tried again.
            scenario.fleet.set(.works, of: "1.2.0")
            try await scenario.quarantines.delete(try #require(quarantines.first).metadata.name)
            try await scenario.becomesHealthy(on: "1.2.0")

            // A GitOps re-sync changes nothing; going back is healthy.
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
        }
    }

    @Test("Given a version signed by a stranger, then no host hears of it and the condition says what to do")
    func untrusted() async throws {
        try await withScenario(hosts: 3) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let before = try await scenario.plans.get(Scenario.name)
            try await scenario.shelf.push("1.3.0", signedBy: scenario.shelf.strangersKey)
            try await scenario.apply("1.3.0")
            let refused = try await scenario.becomes("refused") { $0.status.conditions["Verified"]?.status == .isFalse }
            #expect(refused.status.conditions["Verified"]?.message.contains("edge-modules") == true)
            #expect(try await scenario.plans.get(Scenario.name).spec == before.spec)
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
        }
    }

    @Test("Given a proven version, when the manifest is set back to it, then all hosts are back without steps, and no registry is asked")
    func declarativeRollback() async throws {
        try await withScenario(hosts: 6) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.1.0")
            try await scenario.becomesHealthy(on: "1.1.0")
            // The tag is moved: a reference in the history keeps its digest.
            let old = try await scenario.revisions.list().items.first { $0.spec.version == "1.0.0" }
            try await scenario.shelf.push("1.0.0", signedBy: scenario.shelf.strangersKey) { $0["name"] = "something-else" }
            try await scenario.apply("1.0.0", steps: [.setWeight(Weight(percent: 10)), .pause(seconds: nil)])
            let back = try await scenario.becomesHealthy(on: "1.0.0")
            #expect(back.status.stable?.digest == old?.spec.digest)
        }
    }

    @Test("Superseded in the middle: the old canary goes back before the new one starts, and ends everywhere")
    func superseded() async throws {
        try await withScenario(hosts: 10) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.1.0", steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
            _ = try await scenario.becomes("paused at 50 %") { $0.status.phase == .paused }
            try await scenario.shelf.push("1.4.0", signedBy: scenario.shelf.releaseKey)
            try await scenario.apply("1.4.0")
            try await scenario.becomesHealthy(on: "1.4.0")
            #expect(try await scenario.quarantines.list().items.isEmpty)
        }
    }

    @Test("Deleted in the middle: Retain leaves hosts what they have; no plan unloads them")
    func deleted() async throws {
        try await withScenario(hosts: 6) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.1.0", steps: [.setWeight(Weight(percent: 50)), .pause(seconds: nil)])
            _ = try await scenario.becomes("paused at 50 %") { $0.status.phase == .paused }
            try await scenario.deployments.delete(Scenario.name)
            try await eventually("the plan is collected") { try await scenario.plans.getIfPresent(Scenario.name) == nil }
            #expect(scenario.fleet.versions.count { $0 == "1.1.0" } == 3)
            #expect(scenario.fleet.versions.count { $0 == "1.0.0" } == 3)

            // Created anew, it adopts what hosts run.
            try await scenario.apply("1.1.0")
            try await scenario.becomesHealthy(on: "1.1.0")
        }
    }

    @Test("Deleted with Unload: it waits until the hosts have unloaded")
    func unloaded() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await scenario.apply("1.0.0") { $0.onRelease = .unload }
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.deployments.delete(Scenario.name)
            try await eventually("the deployment is gone") { try await scenario.deployments.getIfPresent(Scenario.name) == nil }
            #expect(scenario.fleet.versions.allSatisfy { $0 == nil })
        }
    }
}
