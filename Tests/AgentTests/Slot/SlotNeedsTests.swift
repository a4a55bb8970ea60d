import GraftAPI
import Testing

@testable import Agent

@Suite("A slot whose module needs others beside it")
struct SlotNeedsTests {
    typealias S = SlotSimulation

    private func forward(_ version: String, previous: String?, rollout: String) -> SlotPlan {
        var plan = S.plan(version, rollout: rollout, previous: previous)
        plan.isForward = true
        return plan
    }

    @Test func `stages it and does not load it before they are there, and says what is missing`() {
        var slot = S(policy: .quick)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r1")]
        slot.inputs.unmetNeeds = [S.installed("1.0.0"): "found no tls, wanted tls ^2"]
        slot.settle()
        #expect(slot.running == nil && slot.activations.isEmpty)
        let target = slot.machine.status?.target
        #expect(target?.state == .staged && target?.blame == .environment && target?.reason == "NeedUnmet")
        #expect(target?.message?.contains("found no tls, wanted tls ^2") == true)
        #expect(slot.machine.waitingForNeeds == S.installed("1.0.0"))
        slot.inputs.unmetNeeds = [:]
        slot.settle()
        #expect(slot.running?.version == "1.0.0" && slot.machine.status?.target?.state == .active && slot.machine.waitingForNeeds == nil)
    }

    @Test func `keeps what it serves while a newer version lacks something`() {
        var slot = S(policy: .quick)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r1")]
        slot.settle()
        slot.inputs.plans = [forward("1.1.0", previous: "1.0.0", rollout: "r2")]
        slot.inputs.unmetNeeds = [S.installed("1.1.0"): "found no tls"]
        slot.settle()
        #expect(slot.running?.version == "1.0.0" && slot.activations["1.1.0"] == nil)
        #expect(slot.machine.status?.target?.reason == "NeedUnmet" && slot.machine.status?.active?.version == "1.0.0")
    }

    @Test func `goes back whatever is missing`() {
        var slot = S(policy: .quick)
        for (version, rollout) in [("1.0.0", "r1"), ("1.1.0", "r2")] {
            slot.inputs.plans = [S.plan(version, rollout: rollout, previous: "1.0.0")]
            slot.settle()
        }
        slot.inputs.unmetNeeds = [S.installed("1.0.0"): "found no tls"]
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r3")]
        slot.settle()
        #expect(slot.running?.version == "1.0.0")
    }
}
