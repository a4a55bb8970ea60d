import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Agent

@Suite("A slot that is restarted")
struct SlotRestartTests {
    typealias S = SlotSimulation

    /// 1.1.0 runs and has soaked, 1.0.0 is here to go back to.
    private func slot() -> S {
        var slot = S()
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r0")]
        slot.settle()
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r1", previous: "1.0.0")]
        slot.settle()
        return slot
    }

    private func restart(_ slot: inout S, _ number: Int64 = 1, rollout: String = "r2") {
        slot.inputs.plans = [S.restarting("1.1.0", number, rollout: rollout, previous: "1.0.0")]
    }

    @Test func `verifies and stages what it runs, has it loaded anew, probes and soaks, once`() {
        var slot = slot()
        let (count, fetches) = (slot.actions.count, slot.fetches)
        restart(&slot)
        #expect(slot.machine.status?.restarted == nil)
        slot.settle()
        let installed = S.installed("1.1.0")
        let actions = slot.actions.dropFirst(count).filter { if case .wait = $0 { false } else { true } }
        #expect(Array(actions.prefix(4)) == [.verify(installed), .stage(installed), .reload(installed), .probe(installed)])
        #expect(actions.dropFirst(4).allSatisfy { $0 == .probe(installed) } && slot.fetches == fetches)
        #expect(slot.reloads == [S.restart(1): 1] && slot.activations == ["1.0.0": 1, "1.1.0": 1])
        #expect(slot.machine.status?.restarted == S.restart(1) && slot.machine.status?.target?.state == .active)
        #expect(slot.machine.record.step == .resting && slot.machine.record.restart == nil)
        // The plan stays, another rollout comes and goes, and the plan comes back: it was done.
        slot.settle()
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r3", previous: "1.0.0")]
        slot.settle()
        restart(&slot)
        slot.settle()
        #expect(slot.reloads == [S.restart(1): 1])
        restart(&slot, 2, rollout: "r4")
        slot.settle()
        #expect(slot.reloads == [S.restart(1): 1, S.restart(2): 1])
    }

    @Test func `says how far it is, and is not done before the host has answered`() {
        var slot = slot()
        restart(&slot)
        var told: [SlotTarget.State] = []
        func tell() {
            let status = slot.machine.status!
            #expect(status.active?.version == "1.1.0" && status.rollout == "r2")
            if slot.machine.record.step != .soaking { #expect(status.restarted == nil && status.target?.state != .active) }
            if let state = status.target?.state, told.last != state { told.append(state) }
        }
        for _ in 0..<40 where slot.machine.record.step != .soaking {
            let action = slot.decide()
            tell()
            slot.machine.finish(action, slot.perform(action)!, slot.inputs)
            tell()
        }
        #expect(told == [.verifying, .staged, .activating, .probing, .active])
    }

    /// The agent is killed before, or after, each thing that it does.
    @Test(arguments: 0..<30, [true, false])
    func `killed at any step, it tells its host once, and twice only where it could not write down that it had`(death: Int, isDone: Bool) {
        var slot = slot()
        restart(&slot)
        for _ in 0..<death { slot.step() }
        let action = slot.decide()
        if isDone { _ = slot.perform(action) }
        let isTold = slot.journal.step == .probing
        slot.crash()
        for _ in 0..<3 { slot.settle() }
        var isUntold = false
        if case .reload = action { isUntold = isDone }
        #expect(slot.reloads == [S.restart(1): isUntold ? 2 : 1], "killed at \(action)")
        #expect(slot.machine.status?.restarted == S.restart(1) && slot.running?.version == "1.1.0" && slot.linked?.version == "1.1.0")
        #expect(slot.machine.record.step == .resting && slot.machine.status?.target?.state == .active)
        // The driver of another agent hears what the host is to have, for hosts that start later.
        if isTold { #expect(slot.actions.contains(.restore(S.installed("1.1.0")))) }
    }

    @Test(arguments: 0..<20)
    func `a host that dies on the way is told once it is back, and what it has stays`(death: Int) {
        var slot = slot()
        restart(&slot)
        for _ in 0..<death where slot.machine.record.step == .resting { slot.step() }
        slot.hostIsDown = true
        for _ in 0..<4 { slot.step() }
        slot.hostIsDown = false
        slot.restartHost()
        for _ in 0..<3 { slot.settle() }
        #expect(slot.reloads[S.restart(1), default: 0] == 1 && slot.machine.record.active?.version == "1.1.0")
        #expect(slot.machine.record.rejected == nil)
    }

    @Test(arguments: [S.Fault.refusesToLoad, .failsProbe, .failsSoak, .diesWhileSoaking])
    func `what fails stays what the host has, is told as failed, and is not tried again in this rollout`(fault: S.Fault) {
        var slot = slot()
        slot.faults["1.1.0"] = fault
        restart(&slot)
        for _ in 0..<3 { slot.settle() }
        let status = slot.machine.status!
        #expect(slot.reloads == [S.restart(1): 1] && slot.activations == ["1.0.0": 1, "1.1.0": 1])
        #expect(status.active?.version == "1.1.0" && slot.linked?.version == "1.1.0")
        #expect([.failed, .reverted].contains(status.target?.state) && status.target?.blame == .module, "\(status)")
        #expect(!slot.actions.contains(.unload) && !slot.actions.contains(.revert(nil)))
        // Another restart is tried.
        slot.faults = [:]
        restart(&slot, 2, rollout: "r5")
        for _ in 0..<3 { slot.settle() }
        #expect(slot.reloads[S.restart(2)] == 1 && slot.machine.status?.target?.state == .active)
    }

    @Test func `an agent that is killed by what is loaded anew, again and again, gives it up and keeps it`() {
        var slot = slot()
        slot.faults["1.1.0"] = .killsTheAgent
        restart(&slot)
        for _ in 0..<6 { slot.settle() }
        #expect(slot.reloads[S.restart(1), default: 0] == slot.machine.policy.attempts)
        #expect(slot.machine.status?.target?.reason == "HostDied" && slot.machine.record.active?.version == "1.1.0")
    }

    @Test func `a host that joins meanwhile has loaded it already`() {
        var slot = S()
        slot.inputs.plans = [S.restarting("1.1.0", 1)]
        slot.settle()
        #expect(slot.reloads.isEmpty && slot.machine.status?.restarted == S.restart(1) && slot.machine.status?.target?.state == .active)
    }

    @Test func `waits for its turn, for the end of a soak, and for the end of a hold`() {
        var slot = slot()
        restart(&slot)
        slot.inputs.isHeld = true
        slot.settle()
        #expect(slot.reloads.isEmpty && slot.machine.status?.target?.state == .held)
        slot.inputs.isHeld = false
        slot.inputs.mayActivate = false
        slot.settle()
        #expect(slot.reloads.isEmpty && slot.machine.status?.target?.state == .staged)
        slot.inputs.mayActivate = true
        slot.run(until: .soaking)
        restart(&slot, 2, rollout: "r3")
        for _ in 0..<3 where slot.machine.record.step == .soaking { slot.step() }
        #expect(slot.machine.status?.target?.state == .staged && slot.reloads == [S.restart(1): 1])
        slot.settle()
        #expect(slot.reloads == [S.restart(1): 1, S.restart(2): 1])
    }

    @Test func `what today's policies refuse, or a quarantine covers, is not loaded anew`() {
        var slot = slot()
        slot.find(.distrusted, "1.1.0")
        slot.inputs.policyStamp += 1
        restart(&slot)
        for _ in 0..<40 { slot.step() }
        #expect(slot.reloads.isEmpty && slot.running?.version == "1.1.0")
        #expect(slot.machine.status?.target?.reason == "NotTrusted" && slot.machine.status?.target?.blame == .environment)
        slot.find(.trusted, "1.1.0")
        var quarantine = ModuleQuarantineSpec()
        quarantine.digest = "sha256:1.1.0"
        slot.inputs.quarantines = [quarantine]
        slot.inputs.policyStamp += 1
        for _ in 0..<40 { slot.step() }
        #expect(slot.reloads.isEmpty && slot.machine.status?.target?.reason == "Quarantined")
        slot.inputs.quarantines = []
        for _ in 0..<3 { slot.settle() }
        #expect(slot.reloads == [S.restart(1): 1])
    }

    @Test func `an abort before it has begun leaves it as it is; one in the middle lets it finish`() {
        var slot = slot()
        restart(&slot)
        slot.step()
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r3", previous: "1.0.0")]
        slot.settle()
        #expect(slot.reloads.isEmpty && slot.machine.status?.target?.state == .active && slot.machine.status?.rollout == "r3")
        restart(&slot, 2, rollout: "r4")
        slot.run(until: .probing)
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r5", previous: "1.0.0")]
        // As long as the host is in between, it does not answer to what ends the restart.
        #expect(slot.machine.status?.rollout == "r4" && slot.machine.status?.target?.state == .probing)
        slot.settle()
        #expect(slot.reloads == [S.restart(2): 1] && slot.machine.status?.rollout == "r5")
    }

    @Test func `another version that is wanted in the middle of it comes after it`() {
        var slot = slot()
        restart(&slot)
        slot.run(until: .probing)
        slot.inputs.plans = [S.plan("1.2.0", rollout: "r3", previous: "1.1.0")]
        slot.settle()
        #expect(slot.running?.version == "1.2.0" && slot.reloads == [S.restart(1): 1])
        #expect(!slot.actions.contains(.revert(S.installed("1.1.0"))))
    }

    @Test func `a driver that can't says so, and nothing else changes`() {
        var policy = SlotPolicy.quick
        policy.features.remove("restart")
        var slot = S(policy: policy)
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r1")]
        slot.settle()
        restart(&slot)
        slot.settle()
        let status = slot.machine.status!
        #expect(slot.reloads.isEmpty && status.target?.state == .active && status.restarted == nil)
        #expect(status.target?.reason == "CannotRestart" && status.target?.message?.contains("slots[].restart") == true)
        #expect(slot.machine.summary == "net/filter=1.1.0")
    }

    @Test func `an agent that does not know of restarts reads its journal, and one that does reads that of one that does not`() throws {
        var slot = slot()
        #expect(slot.machine.record.json["restarted"] == nil && slot.machine.record.json["restart"] == nil)
        restart(&slot)
        slot.run(until: .probing)
        #expect(try SlotRecord(from: slot.machine.record.json) == slot.machine.record && slot.machine.record.restart != nil)
        slot.settle()
        #expect(try SlotRecord(from: slot.machine.record.json).restarted == S.restart(1))
    }

    @Test func `a plan asks those below its cutoffs`() {
        var spec = ModulePlanSpec()
        (spec.hostClass, spec.slot, spec.rollout, spec.salt) = ("edge", "net/filter", "r2", "salt")
        spec.stable = S.reference("1.1.0")
        spec.restart = S.restart(1)
        func plan(_ cutoffs: [Cutoff]) -> SlotPlan? {
            spec.cutoffs = cutoffs
            let plan = ModulePlan(metadata: ObjectMeta(name: "filter", namespace: "payments"), spec: spec)
            return SlotPlan(plan, host: "edge.node-1", hostClass: "edge", zone: "a", labels: [:])
        }
        let rank = Rank(salt: "salt", host: "edge.node-1")
        #expect(plan([Cutoff(below: rank)])?.restart == nil && plan([Cutoff(below: rank)])?.target == spec.stable)
        #expect(plan([Cutoff(below: Rank(value: rank.value + 1))])?.restart == S.restart(1))
        #expect(plan([])?.restart == nil && plan([Cutoff(zone: "b", below: .end)])?.restart == nil)
        #expect(plan([Cutoff(zone: "a", below: .end)])?.restart == S.restart(1))
    }
}
