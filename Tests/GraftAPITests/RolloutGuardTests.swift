import JSON
import KubeCore
import Schema
import Testing

@testable import GraftAPI

@Suite("RolloutGuard")
struct RolloutGuardTests {
    private let written: JSON = [
        "apiVersion": "graft.dev/v1alpha1", "kind": "RolloutGuard", "metadata": ["name": "year-end"],
        "spec": [
            "match": ["namespaces": ["*"], "classes": ["edge-*"]], "reason": "Ask the on-call lead.",
            "freeze": [
                "windows": [
                    ["days": ["Friday"], "start": "18:00", "duration": "62h", "timeZone": "Europe/Berlin"],
                    ["from": "2026-12-20T00:00:00Z", "until": "2027-01-02T00:00:00Z"],
                ]
            ],
            "budget": ["maxUnproven": "10%"],
        ],
    ]

    private func changed(_ change: (inout JSON) -> Void) throws -> RolloutGuard {
        var changed = written
        change(&changed)
        return try RolloutGuard(from: changed)
    }

    @Test("is read with its defaults, and written as it is read")
    func read() throws {
        let read = try RolloutGuard(from: written)
        #expect(read.problems == [])
        #expect(read.spec.freeze?.windows.count == 2)
        #expect(read.spec.budget == UnprovenBudget(.share(Weight(percent: 10)), scope: .class, provenAfter: Period(seconds: 86_400)))
        #expect(try RolloutGuard(from: read.json).spec == read.spec)
        #expect(RolloutGuard.objections(to: written) == [])
    }

    @Test("has a status that is read back as it is written; one that can't be read keeps nobody from reading the guard")
    func status() throws {
        var status = RolloutGuardStatus()
        (status.observedGeneration, status.state) = (3, .frozen)
        var window = GuardWindow()
        (window.isActive, window.from, window.summary) = (true, Timestamp(seconds: 1_767_225_600), "since then")
        status.window = window
        var budget = BudgetUse()
        (budget.groups, budget.summary) = ([BudgetGroup(hostClass: "edge", unproven: 1, allowed: 2, hosts: 20)], "edge 1/2 of 20")
        status.budget = budget
        status.held = HeldDeployments((0..<30).map { "payments/filter-\($0)" })
        #expect(status.held.count == 30 && status.held.names.count == 10 && status.held.names[1] == "payments/filter-1")
        let told = try changed { $0["status"] = status.json }
        #expect(told.status == status && RolloutGuard.objections(to: told.json) == [])
        let torn = try changed { $0["status"] = ["held": "many", "conditions": 7] }
        #expect(torn.status == RolloutGuardStatus() && torn.problems == [] && torn.spec == told.spec)
    }

    @Test("that can't be read holds what its author meant, rather than nothing")
    func unreadable() throws {
        let kept = GuardMatch(namespaces: ["*"], classes: ["edge-*"])
        let typo = try changed { $0["spec"]?["freze"] = ["windows": []] }
        #expect(typo.spec.match == kept && typo.problems.first?.hasPrefix("spec.freze: unknown field") == true)
        let wrong = try changed { $0["spec"]?["freeze"]?["windows"] = "always" }
        #expect(wrong.spec.match == kept && wrong.problems.first?.hasPrefix("spec.freeze.windows: wanted") == true)
        let nothing = try RolloutGuard(from: ["metadata": ["name": "x"]])
        #expect(nothing.spec.match == .everything && !nothing.problems.isEmpty)
        let empty = try changed { $0["spec"] = ["match": ["namespaces": ["a"], "classes": ["b"]]] }
        #expect(empty.problems == ["spec: found neither freeze nor budget, wanted one of them"])
    }

    @Test(
        "says of a window what a schema can't",
        arguments: [
            (["duration": "800h"], "spec.freeze.windows[0]: duration: found 800h, wanted more than 0s and at most 744h"),
            (["duration": "0s"], "spec.freeze.windows[0]: duration: found 0s"),
            (["duration": "1h", "until": "2026-01-01T00:00:00Z"], "spec.freeze.windows[0]: found duration beside from or until"),
            (["duration": "1h", "dates": ["02-30"]], "spec.freeze.windows[0]: dates: found \"02-30\""),
            (["duration": "1h", "start": "24:00"], "spec.freeze.windows[0]: start: found \"24:00\""),
            (["duration": "1h", "timeZone": "../etc/passwd"], "spec.freeze.windows[0]: timeZone: found \"../etc/passwd\""),
            (
                ["from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"],
                "spec.freeze.windows[0]: until: found 2026-01-01T00:00:00Z"
            ),
            (["start": "18:00"], "spec.freeze.windows[0]: found neither duration nor from"),
        ] as [(JSON, String)])
    func windows(window: JSON, problem: String) throws {
        let read = try changed { $0["spec"]?["freeze"]?["windows"] = [window] }
        #expect(read.problems.first?.hasPrefix(problem) == true, "\(read.problems)")
    }

    @Test(
        "lets so many hosts run what is unproven: rounded down, at least one where any may",
        arguments: [("10%", 100, 10), ("10%", 99, 9), ("10%", 5, 1), ("0%", 100, 0), ("12.5%", 16, 2), ("100%", 7, 7)])
    func limits(share: String, hosts: Int, limit: Int) throws {
        let budget = try UnprovenBudget(from: ["maxUnproven": .string(share)])
        #expect(budget.limit(of: hosts) == limit)
        #expect(try UnprovenBudget(from: ["maxUnproven": 3]).limit(of: hosts) == 3)
    }
}
