import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Schema
import Testing

@testable import Controllers

extension Scenario {
    var guards: Api<RolloutGuard> { Api(cluster.client) }

    func hold(_ name: String, _ change: (inout RolloutGuardSpec) -> Void) async throws {
        var spec = RolloutGuardSpec()
        spec.match = .everything
        change(&spec)
        _ = try await guards.create(RolloutGuard(metadata: ObjectMeta(name: name), spec: spec))
    }
}

extension Scenario {
    /// Waits until a guard says of itself what it should.
    @discardableResult
    func says(_ name: String, _ what: String, _ holds: (RolloutGuardStatus) -> Bool) async throws -> RolloutGuardStatus {
        try await eventually("RolloutGuard \(name): \(what)", within: .seconds(60)) {
            let found = try await guards.get(name)
            return found.status.observedGeneration == found.metadata.generation && holds(found.status) ? found.status : nil
        }
    }
}

@Suite("Guards, controller and hosts together")
struct GuardScenarioTests {
    private static let always = FreezeWindow(from: Timestamp(seconds: 1_767_225_600), until: nil)

    @Test("Given a freeze, then a rollout does not begin until it is overridden with a reason, and the next not before the freeze is gone")
    func freeze() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.hold("year-end") {
                $0.freeze = Freeze([Self.always])
                $0.reason = "Ask the on-call lead."
            }
            try await scenario.apply("1.1.0")
            let held = try await scenario.becomes("held") { $0.status.conditions["Ready"]?.reason == "FreezeWindow" }
            #expect(
                held.status.message.hasPrefix("Not begun: held by RolloutGuard year-end until that is changed. Ask the on-call lead."),
                "\(held.status.message)")
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
            let told = try await scenario.says("year-end", "holds one") { $0.held.count == 1 }
            #expect(told.state == .frozen && told.held.names == ["payments/http-filter"] && told.budget == nil)
            #expect(told.window?.isActive == true && told.window?.summary == "2026-01-01 00:00 without an end UTC")
            #expect(told.conditions["Valid"]?.status == .isTrue)
            _ = try await scenario.deployments.mergePatch(
                Scenario.name, ["metadata": ["annotations": [GraftAPI.overrideFreezeAnnotation: "INC-4711"]]] as JSON)
            try await scenario.becomesHealthy(on: "1.1.0")
            let events = Api<Event>(scenario.cluster.client, namespace: Scenario.namespace)
            try await eventually("an event with the reason") {
                try await events.list().items.contains { $0.reason == "FreezeOverridden" && $0.note.contains("Reason: INC-4711.") }
            }
            try await eventually("the annotation is consumed") {
                try await scenario.deployments.get(Scenario.name).metadata.annotations[GraftAPI.overrideFreezeAnnotation] == nil
            }
            try await scenario.says("year-end", "holds nothing") { $0.held.count == 0 && $0.state == .frozen }
            try await scenario.shelf.push("1.2.0", signedBy: scenario.shelf.releaseKey)
            try await scenario.apply("1.2.0")
            _ = try await scenario.becomes("held again") { $0.status.conditions["Ready"]?.reason == "FreezeWindow" }
            _ = try await scenario.guards.delete("year-end")
            try await scenario.becomesHealthy(on: "1.2.0")
        }
    }

    @Test("A time zone that is not on this machine holds, and says what to do; going back is free all the same")
    func missingZone() async throws {
        try await withScenario(hosts: 3) { scenario in
            for version in ["1.0.0", "1.1.0"] {
                try await scenario.apply(version)
                try await scenario.becomesHealthy(on: version)
            }
            try await scenario.hold("nights") {
                $0.freeze = Freeze([FreezeWindow(duration: Period(seconds: 60), timeZone: "Nowhere/Atlantis")])
            }
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.1.0")
            let held = try await scenario.becomes("held") { $0.status.conditions["Ready"]?.reason == "FreezeWindow" }
            #expect(
                held.status.message.contains(
                    "spec.freeze.windows[0].timeZone: Nowhere/Atlantis can't be read from /usr/share/zoneinfo: no such file; install tzdata"
                ),
                "\(held.status.message)")
            #expect(held.status.conditions["Stalled"]?.status == .isTrue)
            let told = try await scenario.says("nights", "can't be read, and holds one") { $0.state == .invalid && $0.held.count == 1 }
            let valid = try #require(told.conditions["Valid"])
            #expect(valid.status == .isFalse && valid.reason == "Unreadable" && told.window == nil)
            #expect(valid.message.contains("spec.freeze.windows[0].timeZone: Nowhere/Atlantis can't be read from"), "\(valid.message)")
            let events = Api<Event>(scenario.cluster.client, namespace: "default")
            try await eventually("an event that says so") {
                try await events.list().items.contains { $0.reason == "Unreadable" && $0.regarding.name == "nights" }
            }
            var mended = RolloutGuardSpec()
            mended.match = .everything
            mended.freeze = Freeze([FreezeWindow(from: Timestamp(seconds: 4_102_444_800), until: nil)])
            _ = try await scenario.guards.mergePatch("nights", ["spec": ["freeze": mended.freeze?.json ?? .null]] as JSON)
            try await scenario.says("nights", "is read, and holds nothing") {
                $0.state == .open && $0.held.count == 0 && $0.conditions["Valid"]?.status == .isTrue && $0.window == nil
            }
            try await scenario.becomesHealthy(on: "1.1.0")
        }
    }

    @Test("Given a budget of two hosts, then two deployments never have more of them together, and what goes back frees it for the other")
    func budget() async throws {
        try await withScenario(hosts: 4) { scenario in
            try await scenario.fleet.register(4, labels: ["tier": "core"])
            func apply(_ version: String) async throws {
                try await scenario.apply(version)
                try await scenario.apply(
                    version, change: { $0.selector = LabelSelector(matchLabels: ["tier": "core"]) }, name: "core-filter")
            }
            let names = [Scenario.name, "core-filter"]
            try await apply("1.0.0")
            for name in names { _ = try await scenario.becomes("healthy", name: name) { $0.status.phase == .healthy } }
            try await scenario.hold("two-hosts") { $0.budget = UnprovenBudget(.count(2)) }
            try await apply("1.1.0")
            var updated: [String: Int] = [:]
            for name in names {
                let held = try await scenario.becomes("held", name: name) {
                    $0.status.conditions["Ready"]?.reason == "BudgetExhausted" && $0.status.message.contains("2 do")
                }
                #expect(held.status.message.contains("RolloutGuard two-hosts, which lets 2 of 8 hosts run what is unproven"))
                updated[name] = held.status.hosts.updated
            }
            #expect(updated.values.reduce(0, +) == 2 && scenario.fleet.versions.count { $0 == "1.1.0" } == 2, "\(updated)")
            let told = try await scenario.says("two-hosts", "has no budget left, and holds both") { $0.held.count == 2 }
            #expect(told.state == .exhausted && told.held.names == ["payments/core-filter", "payments/http-filter"])
            #expect(told.budget?.groups == [BudgetGroup(hostClass: "edge-proxy", unproven: 2, allowed: 2, hosts: 8)])
            #expect(told.budget?.summary == "edge-proxy 2/2 of 8" && told.window == nil)
            // When those that have hosts give up, the others get them.
            let first = try #require(names.first { updated[$0] != 0 })
            for name in names where updated[name] != 0 {
                let rollout = try #require(try await scenario.deployments.get(name).status.rollout)
                _ = try await scenario.deployments.mergePatch(
                    name, ["metadata": ["annotations": [GraftAPI.abortAnnotation: .string(rollout.id)]]] as JSON)
            }
            let second = try #require(names.first { $0 != first })
            try await scenario.says("two-hosts", "holds one") { !$0.held.names.contains("payments/\(first)") && $0.held.count <= 1 }
            if updated[second] == 0 {
                let freed = try await scenario.becomes("two hosts of the other", name: second) { $0.status.hosts.updated == 2 }
                #expect(freed.status.rollout?.state == .running)
                #expect(scenario.fleet.versions.count { $0 == "1.1.0" } == 2)
                _ = try await scenario.guards.delete("two-hosts")
                _ = try await scenario.becomes("done", name: second) { $0.status.phase == .healthy && $0.status.stable?.version == "1.1.0" }
            }
        }
    }
}
