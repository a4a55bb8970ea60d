import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import ProgramOptions
import Schema
import Testing

@testable import Commands

/// `graft guard` shows what guards say of themselves.
@Suite struct GuardCommandTests {
    private static func weekends() -> RolloutGuard {
        var spec = RolloutGuardSpec()
        spec.match = GuardMatch(namespaces: ["*"], classes: ["edge-*"])
        spec.reason = "Ask \u{1B}[2Jthe on-call lead."
        spec.freeze = Freeze([
            FreezeWindow(days: [.friday], start: "18:00", duration: Period(seconds: 62 * 3600), timeZone: "Europe/Berlin")
        ])
        spec.budget = UnprovenBudget(.share(Weight(percent: 10)))
        var found = RolloutGuard(metadata: ObjectMeta(name: "weekends"), spec: spec)
        found.metadata.generation = 2
        found.status.observedGeneration = 2
        found.status.state = .frozen
        var window = GuardWindow()
        (window.isActive, window.timeZone) = (true, "Europe/Berlin")
        (window.from, window.until) = (Timestamp("2026-01-02T17:00:00Z")!, Timestamp("2026-01-05T07:00:00Z"))
        window.summary = "2026-01-02 18:00 to 2026-01-05 08:00 Europe/Berlin"
        found.status.window = window
        var budget = BudgetUse()
        budget.groups = [BudgetGroup(hostClass: "edge-proxy", unproven: 3, allowed: 10, hosts: 100)]
        budget.summary = "edge-proxy 3/10 of 100"
        found.status.budget = budget
        found.status.held = HeldDeployments((0..<12).map { "payments/filter-\($0 + 10)" })
        return found
    }

    @Test("All of them in a table, one of them in sentences")
    func views() {
        var unseen = RolloutGuard(metadata: ObjectMeta(name: "nights"), spec: RolloutGuardSpec())
        #expect(
            GuardView([Self.weekends(), unseen]).lines == [
                "NAME       STATE           HELD   UNPROVEN                 WINDOW                                                    REASON",
                "nights     not looked at   -      -                        -",
                "weekends   Frozen          12     edge-proxy 3/10 of 100   now: 2026-01-02 18:00 to 2026-01-05 08:00 Europe/Berlin   "
                    + #"Ask \u{1B}[2Jthe on-call lead."#,
            ])
        #expect(
            GuardView(one: Self.weekends()).lines == [
                "weekends: Frozen: no rollout that it covers begins or goes further; going back is free",
                #"What for: Ask \u{1B}[2Jthe on-call lead."#, "Covers: namespaces *; classes edge-*",
                "Window: 2026-01-02 18:00 to 2026-01-05 08:00 Europe/Berlin (2026-01-02T17:00:00Z to 2026-01-05T07:00:00Z)",
                "Budget: 3 of the 10 hosts that may run what is unproven do, of 100 of class edge-proxy",
                "Holds back: 12 deployments: " + (10..<20).map { "payments/filter-\($0)" }.joined(separator: ", ") + " and 2 more",
            ])
        #expect(GuardView(one: unseen).lines == ["The controller has not looked at RolloutGuard nights yet; is it running?"])
        unseen.metadata.generation = 2
        (unseen.status.observedGeneration, unseen.status.state) = (1, .invalid)
        unseen.status.conditions = [
            Condition(
                type: "Valid", status: .isFalse, reason: "Unreadable", message: "Can't be read: spec.x: unknown field",
                lastTransitionTime: Timestamp(seconds: 0))
        ]
        #expect(
            GuardView(one: unseen).lines.prefix(3) == [
                "nights: Invalid: no rollout that it covers begins or goes further until it is corrected; going back is free",
                "The controller has yet to see the newest manifest; this is about the one before.", "Can't be read: spec.x: unknown field",
            ])
        #expect(GuardView([]).lines == ["there is no RolloutGuard"])
    }

    @Test("It reads what the cluster has")
    func cluster() async throws {
        try await withEmbeddedCluster { cluster in
            for kind in GraftAPI.kinds { try await cluster.apply(definition: kind.customResourceDefinition) }
            let guards = Api<RolloutGuard>(cluster.client)
            let weekends = Self.weekends()
            _ = try await guards.create(RolloutGuard(metadata: ObjectMeta(name: "weekends"), spec: weekends.spec))
            _ = try await guards.patchStatus("weekends", ["status": weekends.status.json] as JSON)
            let one = try await GuardCommand.view(cluster.client, name: "weekends")
            #expect(one.lines.count == 6 && one.json["status"]?["held"]?["count"] == 12)
            #expect(try await GuardCommand.view(cluster.client, name: nil).json[0]?["metadata"]?["name"] == "weekends")
            let error = await #expect(throws: CommandError.self) { _ = try await GuardCommand.view(cluster.client, name: "nothing") }
            #expect(error?.description == "RolloutGuard nothing does not exist; 'graft guard' lists those that do")
        }
    }
}
