import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Synchronization
import Testing

@testable import Controllers

@Suite("Verbs when something is broken, controller and hosts together")
struct VerbScenarioTests {
    private func abort(_ scenario: Scenario, _ rollout: String) async throws {
        _ = try await scenario.deployments.mergePatch(
            Scenario.name, ["metadata": ["annotations": [GraftAPI.abortAnnotation: .string(rollout)]]] as JSON)
    }

    private func wentBack(_ scenario: Scenario) async throws {
        _ = try await scenario.becomes("aborted") { $0.status.rollout?.cause == .aborted && $0.status.rollout?.state == .complete }
        try await eventually("all hosts on 1.0.0") { scenario.fleet.versions.allSatisfy { $0 == "1.0.0" } }
    }

    @Test("An abort wins while a registry that answers nothing is asked for another version")
    func deadRegistry() async throws {
        try await withScenario(hosts: 4, running: false) { scenario in
            let registry = SilentShelf(scenario.shelf)
            let controller = try scenario.controller(registry)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controller.run() }
                defer { group.cancelAll() }
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                let steps: [Step] = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)]
                try await scenario.apply("1.1.0", steps: steps)
                let paused = try await scenario.becomes("paused") { $0.status.phase == .paused }
                let rollout = try #require(paused.status.rollout?.id)
                registry.silence()
                try await scenario.apply("1.9.0", steps: steps)
                try await eventually("the registry is asked") { registry.asked > 0 }
                try await abort(scenario, rollout)
                try await wentBack(scenario)
            }
        }
    }

    @Test("An abort wins although the spec became invalid")
    func invalidSpec() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let steps: [Step] = [.setWeight(Weight(percent: 50)), .pause(seconds: nil)]
            try await scenario.apply("1.1.0", steps: steps)
            let paused = try await scenario.becomes("paused") { $0.status.phase == .paused }
            try await scenario.apply("1.1.0", steps: steps) { $0.module = "no registry at all" }
            _ = try await scenario.becomes("refused") { $0.status.message.hasPrefix("spec.module: ") }
            try await abort(scenario, try #require(paused.status.rollout?.id))
            try await wentBack(scenario)
        }
    }

    @Test("A restart has each host load anew what it runs, once, and means nothing when it is said again")
    func restart() async throws {
        try await withScenario(hosts: 5) { scenario in
            func say(_ rollout: String) async throws {
                _ = try await scenario.deployments.mergePatch(
                    Scenario.name, ["metadata": ["annotations": [GraftAPI.restartAnnotation: .string(rollout)]]] as JSON)
                try await eventually("the annotation is consumed") {
                    try await scenario.deployments.get(Scenario.name).metadata.annotations[GraftAPI.restartAnnotation] == nil
                }
            }
            try await scenario.apply("1.0.0") { $0.strategy.maxUnavailable = .count(2) }
            let before = try await scenario.becomesHealthy(on: "1.0.0")
            let last = try #require(before.status.rollout?.id)
            try await say(last)
            let after = try await scenario.becomes("restarted") {
                $0.status.rollout?.kind == .restart && $0.status.rollout?.state == .complete && $0.status.phase == .healthy
            }
            #expect(scenario.fleet.restarts.withLock { $0.count == 5 && $0.values.allSatisfy { $0 == 1 } })
            #expect(after.status.stable == before.status.stable && after.status.canary == nil)
            #expect(after.status.rollout?.wave.number == 3 && after.status.hosts.summary == "5/5")
            let plan = try await scenario.plans.get(Scenario.name)
            #expect(plan.spec.restart == after.status.rollout?.restart && plan.spec.stable == after.status.stable)
            // When a tool applies it once more
            try await say(last)
            #expect(try await scenario.deployments.get(Scenario.name).status.rollout?.id == after.status.rollout?.id)
            #expect(scenario.fleet.restarts.withLock { $0.values.allSatisfy { $0 == 1 } })
            #expect(try await scenario.plans.get(Scenario.name).spec == plan.spec)
        }
    }

    @Test("A manifest that is applied again after its version was quarantined moves nothing, writes nothing, and is told of once")
    func resync() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.shelf.push("1.2.0", signedBy: scenario.shelf.releaseKey)
            scenario.fleet.set(.failsProbe, of: "1.2.0")
            try await scenario.apply("1.2.0")
            _ = try await scenario.becomes("rolled back") {
                $0.status.conditions["Ready"]?.reason == "RolledBack" && $0.status.rollout?.state == .complete
            }
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let plan = try await scenario.plans.get(Scenario.name)
            let events = Api<Event>(scenario.cluster.client, namespace: Scenario.namespace)
            // A GitOps tool sets it back, and again, each time anew.
            for _ in 0..<5 {
                let applied = try await scenario.apply("1.2.0")
                let seen = try await scenario.becomes("seen") { $0.status.conditions["Ready"]?.reason == "RolledBack" }
                #expect(applied.metadata.generation == seen.metadata.generation)
                #expect(seen.status.message.hasPrefix("1.2.0 was rolled back: "), "\(seen.status.message)")
            }
            try await eventually("one event") { try await events.list().items.contains { $0.reason == "Refused" } }
            let told = try await events.list().items.filter { $0.reason == "Refused" }
            #expect(told.count == 1 && told.allSatisfy { ($0.series?.count ?? 1) == 1 })
            #expect(try await scenario.plans.get(Scenario.name).spec == plan.spec)
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
        }
    }
}
