import GraftAPI
import KubeCore
import Testing

@testable import Agent

@Suite("A slot's state machine")
struct SlotStateMachineTests {
    typealias S = SlotSimulation

    /// A slot on which 1.0.0 is active and its soak over.
    func serving(_ version: String = "1.0.0") -> SlotSimulation {
        var slot = SlotSimulation()
        slot.inputs.plans = [S.plan(version, rollout: "r0")]
        slot.settle()
        return slot
    }

    @Test func `an empty slot fetches, verifies, stages, activates, probes and soaks, in this order`() {
        var slot = SlotSimulation()
        slot.inputs.plans = [S.plan("1.0.0")]
        let reference = S.reference("1.0.0")
        let installed = S.installed("1.0.0")
        #expect(slot.step() == .fetch(reference, namespace: "payments"))
        #expect(slot.machine.status?.target?.state == .verifying)
        #expect(slot.step() == .verify(installed))
        #expect(slot.step() == .stage(installed))
        #expect(slot.machine.status?.target?.state == .staged)
        #expect(slot.decide() == .activate(installed))
        #expect(slot.journal.step == .activating, "written down before it is done")
        #expect(slot.machine.status?.target?.state == .activating)
        #expect(slot.step() == .activate(installed), "asked again, the same")
        #expect(slot.step() == .probe(installed))
        #expect(slot.machine.status?.target?.state == .active)
        #expect(slot.machine.status?.active?.version == "1.0.0")
        slot.settle()
        #expect(slot.machine.record.step == .resting)
        #expect(slot.soakProbes == 4, "every two of ten seconds")
    }

    @Test(arguments: [
        (SlotSimulation.Fault.refusesToLoad, "ActivationFailed"), (.failsProbe, "ProbeFailed"), (.failsSoak, "SoakFailed"),
        (.diesWhileSoaking, "HostDied"), (.killsTheAgent, "HostDied"),
    ])
    func `a bad version is taken back, blamed, and not tried again in its rollout`(fault: SlotSimulation.Fault, reason: String) {
        var slot = serving()
        slot.faults["1.1.0"] = fault
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.settle()
        let status = slot.machine.status
        #expect(status?.target?.state == .reverted)
        #expect(status?.target?.blame == .module)
        #expect(status?.target?.reason == reason)
        #expect(status?.active?.version == "1.0.0")
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.machine.summary == "net/filter=1.0.0 (1.1.0 Reverted)")
        let tried = slot.activations["1.1.0"]
        #expect(tried == (fault == .killsTheAgent ? 2 : 1))
        slot.crash()
        slot.settle()
        #expect(slot.activations["1.1.0"] == tried, "neither now nor after a restart")

        slot.inputs.plans = [S.plan("1.1.0", rollout: "r2", previous: "1.0.0")]
        slot.settle()
        #expect(slot.activations["1.1.0"]! > tried!, "another rollout asks anew")
    }

    @Test func `an agent that is killed again and again while a version soaks does not blame it as long as the host lives`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .soaking)
        for _ in 0..<10 {
            slot.crash()
            for _ in 0..<4 { slot.step() }
            #expect(slot.machine.record.step == .soaking)
        }
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.1.0")
        #expect(slot.machine.status?.target?.state == .active)
        #expect(slot.machine.record.process == nil, "only what soaks is told by its process")
    }

    @Test func `a host that ends with its agent again and again while a version soaks gets the last good one back`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .soaking)
        for _ in 0..<2 {
            slot.crash()
            slot.restartHost()
            for _ in 0..<4 { slot.step() }
        }
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.0.0")
        #expect(slot.machine.status?.target?.reason == "HostDied")
        #expect(slot.machine.status?.target?.message?.contains("ended 2 times") == true)
    }

    @Test func `the first version of a slot that fails leaves it empty`() {
        var slot = SlotSimulation()
        slot.faults["1.0.0"] = .failsProbe
        slot.inputs.plans = [S.plan("1.0.0")]
        slot.settle()
        #expect(slot.linked == nil)
        #expect(slot.machine.status?.active == nil)
        #expect(slot.machine.status?.target?.state == .failed)
        #expect(slot.machine.status?.target?.blame == .module)
        #expect(slot.machine.summary == "net/filter=none (1.0.0 Failed)")
    }

    @Test func `what the environment fails is blamed on it and tried until it succeeds`() {
        var slot = serving()
        slot.registryIsDown = true
        slot.inputs.plans = [S.plan("1.1.0")]
        for _ in 0..<10 { slot.step() }
        #expect(slot.machine.status?.target?.state == .failed)
        #expect(slot.machine.status?.target?.blame == .environment)
        #expect(slot.machine.status?.target?.reason == "FetchFailed")
        #expect(slot.machine.status?.active?.version == "1.0.0")
        slot.registryIsDown = false
        slot.settle()
        #expect(slot.machine.status?.target?.state == .active)
        #expect(slot.machine.status?.active?.version == "1.1.0")
    }

    @Test func `pauses after failures double and end at once when policies change`() {
        var slot = SlotSimulation()
        slot.registryIsDown = true
        slot.inputs.plans = [S.plan("1.0.0")]
        var pauses: [Duration] = []
        for _ in 0..<6 {
            slot.step()
            let before = slot.inputs.now
            slot.step()
            pauses.append(slot.inputs.now - before)
        }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $1 == $0 * 2 })
        slot.step()
        slot.inputs.policyStamp += 1
        #expect(slot.step() == .fetch(S.reference("1.0.0"), namespace: "payments"))
    }

    @Test func `a host that is down is not the module's fault before a load`() {
        var slot = serving()
        slot.hostIsDown = true
        slot.inputs.plans = [S.plan("1.1.0")]
        for _ in 0..<12 { slot.step() }
        #expect(slot.machine.status?.target?.blame == .environment)
        #expect(slot.activations["1.1.0"] == nil)
        slot.hostIsDown = false
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.1.0")
    }

    @Test func `absence never unloads`() {
        var slot = serving()
        slot.inputs.plans = []
        slot.settle()
        slot.crash()
        slot.settle()
        slot.inputs.isSynced = false
        slot.crash()
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.machine.status?.active?.version == "1.0.0")
        #expect(!slot.actions.contains(.unload))
    }

    @Test func `only the action Unload unloads, and then the slot is free`() {
        var slot = serving()
        slot.inputs.plans = [S.plan(nil, rollout: "r9", action: .unload), S.plan("2.0.0", name: "other")]
        slot.settle()
        #expect(slot.linked == nil)
        #expect(slot.machine.status?.target?.state == .empty)
        #expect(slot.machine.record.owner?.name == "filter", "until its plan is gone")
        slot.inputs.plans.removeFirst()
        slot.settle()
        #expect(slot.machine.record.owner?.name == "other")
        #expect(slot.machine.status?.active?.version == "2.0.0")
    }

    @Test func `a slot stays with its owner, and another plan waits`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("2.0.0", name: "another", created: -5), S.plan("1.0.0", rollout: "r0")]
        slot.settle()
        #expect(slot.machine.record.owner?.name == "filter")
        #expect(slot.machine.status?.active?.version == "1.0.0")

        slot.inputs.plans.removeLast()
        slot.step()
        #expect(slot.machine.status?.active?.version == "1.0.0", "its owner's plan is gone, but not for long enough")
        slot.settle()
        #expect(slot.machine.status?.active?.version == "2.0.0", "after a minute the slot is released")
    }

    @Test func `a free slot goes to the oldest plan`() {
        var slot = SlotSimulation()
        slot.inputs.plans = [S.plan("2.0.0", name: "b", created: 7), S.plan("1.0.0", name: "a", created: 9)]
        slot.settle()
        #expect(slot.machine.record.owner?.name == "b")
    }

    @Test func `a plan created anew under the same name goes on with what is there`() {
        var slot = serving()
        var plan = S.plan("1.0.0", rollout: "again")
        plan.owner.planUID = "another"
        slot.inputs.plans = [plan]
        slot.settle()
        #expect(slot.machine.status?.owner.planUID == "another")
        #expect(slot.machine.status?.rollout == "again")
        #expect(slot.activations["1.0.0"] == 1)
    }

    @Test func `a joiner has what it would go back to before it loads anything`() {
        var slot = SlotSimulation()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.settle()
        let fetches = slot.actions.compactMap { if case .fetch(let reference, _) = $0 { reference.version } else { nil } }
        #expect(fetches == ["1.0.0", "1.1.0"])
        #expect(slot.machine.status?.staged == ["filter-1.0.0"])
    }

    @Test func `a host that missed a version has what the others would go back to before it loads the next`() {
        var slot = serving("0.9.0")
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.runUntilActivation()
        #expect(slot.machine.record.staged.map(\.version).contains("1.0.0"))
    }

    @Test func `going back to what is here needs no registry`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.settle()
        slot.registryIsDown = true
        slot.inputs.plans = [S.plan("1.0.0", rollout: "back", previous: "0.9.0")]
        slot.settle(limit: 60)
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.machine.status?.target?.state == .active, "what can't be fetched to go back to holds up nothing")
    }

    @Test func `a rollback in the middle of the probe is obeyed at once and blames nobody`() {
        var slot = serving()
        slot.faults["1.1.0"] = .failsProbe
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .probing)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r1")]
        #expect(slot.step() == .revert(S.installed("1.0.0")))
        slot.settle()
        #expect(slot.machine.status?.target == SlotTarget(revision: "filter-1.0.0", state: .active))
        #expect(slot.machine.record.rejected == nil)
    }

    @Test func `a rollback in the middle of the soak goes straight back`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .soaking)
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r2")]
        #expect(slot.step() == .revert(S.installed("1.0.0")))
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.0.0")
    }

    @Test func `quarantine blocks new loads and leaves what runs`() {
        var slot = serving()
        var quarantine = ModuleQuarantineSpec()
        quarantine.digest = "sha256:1.1.0"
        quarantine.namespace = "payments"
        quarantine.configHash = "none"
        quarantine.reason = "its probe failed"
        slot.inputs.quarantines = [quarantine]
        slot.inputs.plans = [S.plan("1.1.0")]
        slot.settle()
        #expect(slot.activations["1.1.0"] == nil)
        #expect(slot.machine.status?.target?.reason == "Quarantined")
        #expect(slot.machine.status?.target?.blame == .environment)

        quarantine.digest = "sha256:1.0.0"
        slot.inputs.quarantines = [quarantine]
        slot.inputs.plans = [S.plan("1.0.0", rollout: "r0")]
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))
    }

    @Test func `Evict takes out what runs`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.settle()
        var quarantine = ModuleQuarantineSpec()
        quarantine.digest = "sha256:1.1.0"
        quarantine.action = .evict
        slot.inputs.quarantines = [quarantine]
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"), "for what is here")
        quarantine.digest = "sha256:1.0.0"
        slot.inputs.quarantines.append(quarantine)
        slot.settle()
        #expect(slot.linked == nil, "or for nothing")
        #expect(slot.actions.last == .wait(until: nil))
    }

    @Test func `a hold keeps what is there, whatever the plan says`() {
        var slot = serving()
        slot.inputs.isHeld = true
        slot.inputs.plans = [S.plan("1.1.0")]
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.machine.status?.target?.state == .held)
        slot.inputs.plans = [S.plan(nil, action: .unload)]
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))
        slot.inputs.isHeld = false
        slot.inputs.plans = [S.plan("1.1.0")]
        slot.settle()
        #expect(slot.running == S.installed("1.1.0"))
    }

    @Test func `a feature this agent lacks is no failure of anyone`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", requires: ["unload", "shadow"])]
        slot.settle()
        #expect(slot.machine.status?.target?.state == .unsupported)
        #expect(slot.machine.status?.target?.message?.contains("shadow") == true)
        #expect(slot.activations["1.1.0"] == nil)
    }

    @Test func `one activation at a time on a host`() {
        var slot = serving()
        slot.inputs.mayActivate = false
        slot.inputs.plans = [S.plan("1.1.0")]
        slot.settle()
        #expect(slot.machine.status?.target?.state == .staged)
        #expect(slot.activations["1.1.0"] == nil)
        slot.inputs.mayActivate = true
        slot.settle()
        #expect(slot.running == S.installed("1.1.0"))
    }

    @Test func `a death is the module's that was taken in last`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .soaking)
        slot.inputs.isLastActivated = false
        slot.restartHost()
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.1.0")
        #expect(slot.machine.record.rejected == nil)
    }

    @Test(arguments: [(0.0, 0), (0.5, 30), (0.99, 59)])
    func `a host that returns waits for its place, one that serves nothing does not`(place: Double, seconds: Int) {
        var slot = serving()
        slot.inputs.isReturning = true
        let start = slot.inputs.now
        slot.inputs.plans = [S.plan("1.1.0", place: place)]
        slot.runUntilActivation()
        #expect((slot.inputs.now - start).components.seconds == Int64(seconds))

        var joiner = SlotSimulation()
        joiner.inputs.isReturning = true
        joiner.inputs.plans = [S.plan("1.1.0", place: place)]
        joiner.runUntilActivation()
        #expect(joiner.inputs.now == .zero)
    }

    @Test func `an agent that was ended by itself is no death`() {
        var slot = serving()
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        slot.run(until: .soaking)
        for _ in 0..<5 {
            slot.machine.endCleanly()
            slot.journal = slot.machine.record
            slot.crash()
            slot.step()
        }
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.1.0")
        for _ in 0..<5 { slot.crash() }
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.1.0", "after the soak nothing is counted")
    }

    @Test func `versions that nobody needs any more are forgotten, the plan's and the latest are not`() {
        var slot = SlotSimulation()
        for minor in 0..<8 {
            slot.inputs.plans = [S.plan("1.\(minor).0", rollout: "r\(minor)", previous: minor > 0 ? "1.0.0" : nil)]
            slot.settle()
        }
        #expect(slot.machine.record.staged.map(\.version) == ["1.7.0", "1.6.0", "1.5.0", "1.4.0", "1.0.0"])
    }

    @Test func `a version whose bytes are gone is fetched again`() {
        var slot = serving()
        slot.crash()
        let action = slot.decide()
        #expect(action == .restore(S.installed("1.0.0")))
        slot.machine.finish(action, .failure(SlotFailure(.environment, SlotFailure.missing, "gone")), slot.inputs)
        slot.settle()
        #expect(slot.actions.contains(.fetch(S.reference("1.0.0"), namespace: "payments")))
        #expect(slot.machine.status?.active?.version == "1.0.0")
    }
}
