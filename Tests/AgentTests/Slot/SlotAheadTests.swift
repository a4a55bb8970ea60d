import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Agent

@Suite("A slot that stages a version ahead of its turn")
struct SlotAheadTests {
    typealias S = SlotSimulation

    /// Serves 1.0.0, soaked.
    private func serving(policy: SlotPolicy = .quick) -> S {
        var policy = policy
        policy.aheadSpread = .zero
        var slot = S(policy: policy)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "first")]
        slot.settle()
        return slot
    }

    private func asked(_ change: (inout S) -> Void = { _ in }) -> S {
        var slot = serving()
        change(&slot)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r2", ahead: "1.1.0")]
        return slot
    }

    @Test func `fetches, verifies and stages it, says so, and activates nothing`() {
        var slot = asked()
        slot.decide()
        #expect(slot.machine.status?.ahead == StagedAhead(rollout: "r2", revision: "filter-1.1.0", state: .staging))
        slot.settle()
        #expect(slot.staged.contains(S.installed("1.1.0")))
        #expect(slot.machine.status?.ahead == StagedAhead(rollout: "r2", revision: "filter-1.1.0", state: .staged))
        #expect(slot.machine.status?.target?.state == .active && slot.machine.status?.active?.version == "1.0.0")
        #expect(slot.activations["1.1.0"] == nil && slot.running?.version == "1.0.0")
        #expect(slot.machine.status?.staged == ["filter-1.1.0"])
    }

    @Test func `fetches, verifies and stages a first version where nothing runs, and runs nothing until its turn comes`() {
        var policy = SlotPolicy.quick
        policy.aheadSpread = .zero
        var slot = S(policy: policy)
        slot.inputs.plans = [S.plan(nil, rollout: "r1", ahead: "1.0.0")]
        slot.settle()
        #expect(slot.machine.status?.ahead == StagedAhead(rollout: "r1", revision: "filter-1.0.0", state: .staged))
        #expect(slot.machine.status?.active == nil && slot.machine.status?.target == nil && slot.running == nil)
        #expect(slot.activations.isEmpty && slot.machine.status?.staged == ["filter-1.0.0"])
        slot.registryIsDown = true
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r1")]
        slot.settle()
        #expect(slot.running?.version == "1.0.0" && slot.fetches == ["1.0.0"])
    }

    @Test func `loads it without fetching it again when its turn comes, and then has no more to say of it`() {
        var slot = asked()
        slot.settle()
        slot.registryIsDown = true
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r2", previous: "1.0.0")]
        slot.settle()
        #expect(slot.running?.version == "1.1.0")
        #expect(slot.fetches.count { $0 == "1.1.0" } == 1)
        #expect(slot.machine.status?.ahead == nil)
    }

    @Test func `goes on where it was when its turn comes in the middle`() {
        var slot = asked()
        while slot.fetches.last != "1.1.0" { slot.step() }
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r2", previous: "1.0.0")]
        slot.settle()
        #expect(slot.running?.version == "1.1.0")
    }

    enum Obstacle: CaseIterable { case registry, policy, quarantine, space }

    @Test(arguments: Obstacle.allCases)
    func `says why it can't, keeps serving, and tries again until it can`(obstacle: Obstacle) {
        var slot = asked { slot in
            switch obstacle {
            case .registry: slot.registryIsDown = true
            case .policy: slot.find(.distrusted, "1.1.0")
            case .space: slot.tooLarge = ["1.1.0"]
            case .quarantine:
                var quarantine = ModuleQuarantineSpec()
                (quarantine.digest, quarantine.reason) = ("sha256:1.1.0", "CVE")
                slot.inputs.quarantines = [quarantine]
            }
        }
        for _ in 0..<60 { slot.step() }
        let answer = slot.machine.status?.ahead
        #expect(answer?.state == .failed)
        #expect(
            answer?.reason == [.registry: "FetchFailed", .policy: "NotTrusted", .quarantine: "Quarantined", .space: "DiskFull"][obstacle])
        #expect(slot.machine.status?.target?.state == .active, "what it can't stage ahead is no failure of what it runs")
        slot.registryIsDown = false
        slot.tooLarge = []
        slot.inputs.quarantines = []
        slot.inputs.findings = [:]
        slot.inputs.policyStamp += 1
        slot.settle()
        #expect(slot.machine.status?.ahead?.state == .staged)
        #expect(slot.running?.version == "1.0.0" && slot.activations["1.1.0"] == nil)
    }

    @Test func `a registry that fails in ever new words is told once`() {
        var slot = asked { $0.registryIsDown = true }
        for _ in 0..<4 { slot.step() }
        let first = slot.machine.status?.ahead
        #expect(first?.state == .failed)
        for _ in 0..<40 { slot.step() }
        #expect(slot.machine.status?.ahead == first)
    }

    @Test func `what policies turn against while it waits for its turn is told`() {
        var slot = asked()
        slot.settle()
        slot.find(.distrusted, "1.1.0")
        slot.inputs.policyStamp += 1
        for _ in 0..<10 { slot.step() }
        #expect(slot.machine.status?.ahead?.state == .failed)
        #expect(slot.machine.status?.ahead?.reason == "NotTrusted")
    }

    @Test func `killed between any two steps, it has staged it in the end, and never activated it`() {
        for moment in 0..<30 {
            for isDone in [false, true] {
                var slot = asked()
                for _ in 0..<moment { slot.step() }
                let action = slot.decide()
                if isDone { _ = slot.perform(action) }
                slot.crash()
                slot.settle()
                #expect(slot.machine.status?.ahead?.state == .staged, "killed at \(moment), \(action)")
                #expect(slot.staged.contains(S.installed("1.1.0")))
                #expect(slot.activations == ["1.0.0": 1] && slot.linked?.version == "1.0.0")
            }
        }
    }

    @Test func `an answer outlives the agent, and is not the answer to another rollout`() throws {
        var slot = asked()
        slot.settle()
        slot.crash()
        slot.decide()
        #expect(slot.machine.status?.ahead?.state == .staged)
        #expect(try SlotRecord(from: slot.journal.json) == slot.journal)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r3", ahead: "1.1.0")]
        slot.decide()
        #expect(slot.machine.status?.ahead == StagedAhead(rollout: "r3", revision: "filter-1.1.0", state: .staging))
        slot.settle()
        #expect(slot.machine.status?.ahead == StagedAhead(rollout: "r3", revision: "filter-1.1.0", state: .staged))
        #expect(slot.fetches.count { $0 == "1.1.0" } == 1, "it is here already")
    }

    @Test func `given up in the middle, it is let go, and the slot goes on`() {
        var slot = asked { $0.registryIsDown = true }
        for _ in 0..<5 { slot.step() }
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r3")]
        slot.settle()
        #expect(slot.machine.status?.ahead == nil && slot.machine.ahead == nil)
        #expect(slot.machine.status?.rollout == "r3")
    }

    @Test func `its turn is by its rank, and what the plan asks it to run comes first`() {
        var policy = SlotPolicy.quick
        policy.aheadSpread = .seconds(60)
        var slot = S(policy: policy)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r1", ahead: "1.1.0", place: 0.5)]
        slot.run(until: .soaking)
        #expect(slot.fetches == ["1.0.0"])
        let start = slot.inputs.now
        slot.run(until: .resting)
        #expect(slot.fetches == ["1.0.0"], "a soak is not interrupted")
        while slot.fetches.count < 2 { slot.step() }
        #expect(slot.inputs.now - start <= .seconds(50) && slot.inputs.now - start >= .seconds(40))
    }

    @Test func `a held host is left alone`() {
        var slot = asked { $0.inputs.isHeld = true }
        for _ in 0..<10 { slot.step() }
        #expect(slot.fetches == ["1.0.0"])
        #expect(slot.machine.status?.ahead?.state == .staging)
    }

    @Test func `a stable version that can't be had holds up nothing`() {
        var slot = serving()
        slot.faults["1.2.0"] = .failsProbe
        slot.inputs.plans = [S.plan("1.2.0", rollout: "r2", ahead: "1.1.0")]
        for _ in 0..<80 { slot.step() }
        #expect(slot.machine.status?.target?.state == .reverted)
        #expect(slot.machine.status?.ahead?.state == .staged)
    }
}
