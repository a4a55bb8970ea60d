import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Agent

@Suite("A slot whose calls are divided")
struct SlotRoutingTests {
    typealias S = SlotSimulation

    private func serving(_ version: String = "1.0.0", policy: SlotPolicy = .quick) -> S {
        var slot = S(policy: policy)
        slot.inputs.plans = [S.plan(version)]
        slot.settle()
        return slot
    }

    private func divided(_ percent: Int = 5) -> S {
        var slot = serving()
        slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: percent)]
        slot.settle()
        return slot
    }

    @Test func `has the stable version active and the canary beside it, and says by which rule`() {
        let slot = divided()
        #expect(slot.running?.version == "1.0.0" && slot.linked?.version == "1.0.0")
        #expect(slot.beside == RoutedCanary(installed: S.installed("1.1.0"), rule: S.rule(5)))
        let status = slot.machine.status
        #expect(status?.active?.version == "1.0.0")
        #expect(status?.canary?.version == "1.1.0")
        #expect(status?.canary?.rule == S.rule(5).name)
        #expect(status?.target == SlotTarget(revision: "filter-1.1.0", state: .active))
        #expect(slot.machine.summary == "net/filter=1.0.0&1.1.0")
        #expect(slot.machine.present == [S.installed("1.0.0"), S.installed("1.1.0")])
    }

    @Test func `takes another rule without losing either version, and all calls at last`() {
        var slot = divided()
        slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: 50)]
        while slot.machine.record.canary?.rule != S.rule(50) {
            slot.step()
            #expect(slot.beside?.installed.version == "1.1.0" && slot.running?.version == "1.0.0")
            #expect(slot.machine.status?.canary?.version == "1.1.0", "it is told to serve all the time")
        }
        slot.settle()
        #expect(slot.machine.status?.canary?.rule == S.rule(50).name)
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r2", previous: "1.0.0")]
        slot.settle()
        #expect(slot.running?.version == "1.1.0" && slot.beside == nil && slot.linkedBeside == nil)
        #expect(slot.machine.status?.active?.version == "1.1.0" && slot.machine.status?.canary == nil)
        #expect(slot.activations["1.0.0"] == 1)
    }

    enum Way: CaseIterable { case stableAgain, nothingAsked, anotherRollout, unload }

    @Test(arguments: Way.allCases) func `gives the stable version all calls when the plan asks for the canary no more`(way: Way) {
        var slot = divided()
        switch way {
        case .stableAgain: slot.inputs.plans = [S.plan("1.0.0", rollout: "back", previous: "1.0.0")]
        case .nothingAsked: slot.inputs.plans = [S.plan(nil, rollout: "back")]
        case .anotherRollout: slot.inputs.plans = [S.dividing("1.2.0", beside: "1.0.0", percent: 5, rollout: "r3")]
        case .unload: slot.inputs.plans = [S.plan(nil, rollout: "off", action: .unload)]
        }
        var fetched = false
        while slot.beside?.installed.version == "1.1.0" {
            if case .fetch = slot.step() { fetched = true }
        }
        #expect(!fetched, "nothing is needed for that")
        slot.settle()
        switch way {
        case .stableAgain, .nothingAsked: #expect(slot.running?.version == "1.0.0" && slot.machine.record.canary == nil)
        case .anotherRollout: #expect(slot.running?.version == "1.0.0" && slot.beside?.installed.version == "1.2.0")
        case .unload: #expect(slot.running == nil && slot.machine.record.active == nil && slot.machine.record.canary == nil)
        }
    }

    @Test func `keeps dividing while there is no plan, no API server, or it is held`() {
        var slot = divided()
        slot.inputs.plans = []
        slot.inputs.now += .seconds(600)
        slot.settle()
        #expect(slot.beside?.rule == S.rule(5))
        slot.inputs.plans = [S.plan("1.0.0", rollout: "back")]
        slot.inputs.isHeld = true
        slot.settle()
        #expect(slot.beside?.rule == S.rule(5))
        #expect(slot.machine.status?.target?.state == .held)
    }

    @Test(arguments: [S.Fault.refusesToLoad, .failsProbe, .failsSoak, .diesWhileSoaking])
    func `a canary that fails by itself leaves, and is not tried again in this rollout`(fault: S.Fault) {
        var slot = serving()
        slot.faults["1.1.0"] = fault
        slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: 5)]
        slot.settle()
        #expect(slot.running?.version == "1.0.0" && slot.beside == nil && slot.linkedBeside == nil)
        #expect(slot.machine.status?.target?.state == .reverted)
        #expect(slot.machine.status?.target?.blame == .module)
        #expect(slot.machine.status?.active?.version == "1.0.0")
        #expect(slot.activations["1.1.0"] == 1)
        slot.inputs.now += .seconds(600)
        slot.settle()
        #expect(slot.activations["1.1.0"] == 1)
    }

    @Test func `a canary that fails when it gets more calls leaves as well`() {
        var slot = divided()
        slot.faults["1.1.0"] = .failsProbe
        slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: 50)]
        slot.settle()
        #expect(slot.running?.version == "1.0.0" && slot.beside == nil)
        #expect(slot.machine.status?.target?.state == .reverted)
        #expect(slot.machine.status?.canary == nil)
    }

    @Test func `a canary that may not run any more leaves, and what is stable stays`() {
        for isEvicted in [true, false] {
            var slot = divided()
            if isEvicted {
                var quarantine = ModuleQuarantineSpec()
                quarantine.digest = "sha256:1.1.0"
                quarantine.action = .evict
                slot.inputs.quarantines = [quarantine]
            } else {
                slot.inputs.policyStamp += 1
                slot.find(.distrusted, "1.1.0")
            }
            for _ in 0..<40 { slot.step() }
            #expect(slot.running?.version == "1.0.0" && slot.beside == nil && slot.linkedBeside == nil)
            #expect(slot.machine.status?.target?.blame == .environment)
            #expect(slot.machine.status?.active?.version == "1.0.0")
            #expect(slot.activations["1.1.0"] == 1)
        }
    }

    /// What has some calls is better than what is banned, and better than nothing.
    @Test(arguments: [true, false]) func `a stable version that must go leaves all calls to what else is there`(isDivided: Bool) {
        var slot = isDivided ? divided() : serving()
        var quarantine = ModuleQuarantineSpec()
        quarantine.digest = "sha256:1.0.0"
        quarantine.action = .evict
        slot.inputs.quarantines = [quarantine]
        slot.inputs.isJudged = true
        slot.inputs.plans = [S.dividing("1.1.0", beside: isDivided ? "1.0.0" : nil, percent: 5)]
        for _ in 0..<60 { slot.step() }
        #expect(slot.running?.version == "1.1.0" && slot.beside == nil && slot.linkedBeside == nil)
        #expect(slot.machine.record.step == .resting)
    }

    @Test func `a host without the stable version gets that first`() {
        for first in [nil, "1.1.0"] {
            var slot = first.map { serving($0) } ?? S()
            slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: 5)]
            slot.settle()
            #expect(slot.running?.version == "1.0.0", "from \(first ?? "nothing")")
            #expect(slot.beside?.installed.version == "1.1.0")
            #expect(slot.machine.status?.target?.state == .active)
        }
    }

    @Test func `a host that can't says so, and only if it is asked to`() {
        var policy = SlotPolicy.quick
        policy.features.remove("routing")
        var slot = serving(policy: policy)
        slot.inputs.plans = [S.dividing("1.1.0", beside: "1.0.0", percent: 5)]
        slot.settle()
        #expect(slot.machine.status?.target?.state == .unsupported)
        #expect(slot.running?.version == "1.0.0")
        var spec = ModulePlanSpec()
        spec.hostClass = "edge"
        spec.salt = "salt"
        spec.requires = ["routing"]
        (spec.stable, spec.canary) = (S.reference("1.0.0"), S.reference("1.1.0"))
        spec.traffic = TrafficRule.none
        for (cutoff, isCanary) in [(Rank.end, true), (Rank(value: 0), false)] {
            spec.cutoffs = [Cutoff(below: cutoff)]
            let plan = SlotPlan(
                ModulePlan(metadata: ObjectMeta(name: "filter", namespace: "payments"), spec: spec, status: .init()), host: "edge.node",
                hostClass: "edge", zone: "", labels: [:])
            #expect(plan?.requires == (isCanary ? ["routing"] : []))
            #expect(plan?.rule == (isCanary ? DividingRule(salt: "salt", rule: .none) : nil))
        }
    }

    @Test func `after a restart what was divided is divided, and the host is told nothing`() {
        var slot = divided()
        slot.crash()
        let before = slot.activations
        for _ in 0..<6 { slot.step() }
        #expect(slot.beside?.rule == S.rule(5))
        #expect(slot.activations == before)
        #expect(slot.actions.contains(.route(RoutedCanary(installed: S.installed("1.1.0"), rule: S.rule(5)), beside: S.installed("1.0.0"))))
    }

    /// Killed before and after every action on the way from one rule to another: what is written down, and what the host finds, is one of both.
    @Test(arguments: [0, 5, 100], [50, 100]) func `a kill at any moment ends in the old rule or the new one`(from: Int, to: Int) {
        func plan(_ percent: Int) -> SlotPlan {
            percent == 100 ? S.plan("1.1.0", rollout: "r2", previous: "1.0.0") : S.dividing("1.1.0", beside: "1.0.0", percent: percent)
        }
        func rule(_ slot: S) -> Int? {
            guard let beside = slot.linkedBeside else { return slot.linked?.version == "1.1.0" ? 100 : nil }
            return slot.linked?.version != "1.0.0" ? nil : [0, 5, 50].first { S.rule($0) == beside.rule }
        }
        guard from < to else { return }
        for isAfter in [false, true] {
            for moment in 0..<40 {
                var slot = serving()
                slot.inputs.plans = [plan(from)]
                slot.settle()
                #expect(rule(slot) == from)
                slot.inputs.plans = [plan(to)]
                for _ in 0..<moment { slot.step() }
                let action = slot.decide()
                if isAfter { _ = slot.perform(action) }
                slot.crash()
                slot.restartHost()
                #expect(rule(slot) == from || rule(slot) == to, "killed at \(action)")
                for _ in 0..<3 { slot.settle() }
                #expect(rule(slot) == to, "killed at \(action)")
                #expect(slot.machine.record.step == .resting)
            }
        }
    }
}
