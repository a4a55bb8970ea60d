import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Agent

@Suite("A slot and what its host trusts")
struct SlotTrustTests {
    typealias S = SlotSimulation

    /// A slot on which these versions were active one after the other, the last one still, its soak over.
    func serving(_ versions: String...) -> SlotSimulation {
        var slot = SlotSimulation()
        for (number, version) in versions.enumerated() {
            slot.inputs.plans = [S.plan(version, rollout: "r\(number)")]
            slot.settle()
        }
        return slot
    }

    @Test func `it says by which signatures its host found good what it runs, also after a restart`() throws {
        var slot = serving("1.0.0", "1.1.0")
        #expect(slot.machine.status?.active?.evidenceHash == "sha256:of-1.1.0")
        let record = try SlotRecord(from: try JSON.parse(slot.journal.json.bytes()))
        #expect(record.evidence == [S.installed("1.0.0"): "sha256:of-1.0.0", S.installed("1.1.0"): "sha256:of-1.1.0"])
        slot.crash()
        slot.inputs.plans = [S.plan("1.0.0", rollout: "back")]
        slot.settle()
        #expect(slot.machine.status?.active?.evidenceHash == "sha256:of-1.0.0")
    }

    @Test func `a journal of an earlier agent is taken up, and what it does not say is found out`() throws {
        var slot = serving("1.0.0")
        var old = slot.journal.json.object!
        for member in ["evidence", "trust", "tampering"] { old[member] = nil }
        let record = try SlotRecord(from: .object(old))
        slot.machine = SlotStateMachine(record: record, policy: .quick)
        slot.settle()
        #expect(slot.machine.status?.active?.version == "1.0.0")
        #expect(slot.machine.status?.active?.evidenceHash == nil)
        #expect(slot.machine.status?.trust == nil)
        slot.find(.trusted, "1.0.0")
        slot.settle()
        #expect(slot.machine.status?.active?.evidenceHash == "sha256:of-1.0.0")
        #expect(slot.machine.status?.trust?.state == .trusted)
    }

    @Test func `what is not trusted any more goes on running, and is told with the time since when`() {
        var slot = serving("1.0.0")
        slot.inputs.wallTime = Timestamp(seconds: 100)
        slot.find(.trusted, "1.0.0")
        slot.settle()
        #expect(slot.machine.status?.trust == SlotTrust(.trusted, since: Timestamp(seconds: 100)))
        slot.inputs.wallTime = Timestamp(seconds: 200)
        slot.settle()
        #expect(slot.machine.status?.trust?.since == Timestamp(seconds: 100))
        slot.find(.distrusted, "1.0.0")
        slot.settle()
        let told = SlotTrust(.distrusted, reason: "NotTrusted", message: "1.0.0: NotTrusted", since: Timestamp(seconds: 200))
        #expect(slot.machine.status?.trust == told)
        slot.inputs.wallTime = Timestamp(seconds: 300)
        slot.inputs.findings = [:]
        slot.crash()
        slot.settle()
        #expect(slot.machine.status?.trust == told, "after a restart it is what it was until somebody has looked")
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.activations["1.0.0"] == 1)
        slot.find(.trusted, "1.0.0")
        slot.settle()
        #expect(slot.machine.status?.trust == SlotTrust(.trusted, since: Timestamp(seconds: 300)))
    }

    @Test func `what is quarantined would not be loaded today either`() {
        var slot = serving("1.0.0")
        slot.find(.trusted, "1.0.0")
        var quarantine = ModuleQuarantineSpec()
        quarantine.digest = "sha256:1.0.0"
        quarantine.reason = "it leaks"
        slot.inputs.quarantines = [quarantine]
        slot.settle()
        #expect(slot.machine.status?.trust?.state == .distrusted)
        #expect(slot.machine.status?.trust?.reason == "Quarantined")
        #expect(slot.running == S.installed("1.0.0"))
        slot.inputs.quarantines = []
        slot.settle()
        #expect(slot.machine.status?.trust?.state == .trusted)
    }

    @Test(arguments: [SlotTrust.State.trusted, .unknown, .distrusted])
    func `a staged version is loaded again only by today's policies`(state: SlotTrust.State) {
        var slot = serving("1.0.0", "1.1.0")
        slot.find(state, "1.0.0")
        slot.inputs.plans = [S.plan("1.0.0", rollout: "back")]
        slot.settle(limit: 60)
        #expect(slot.running == S.installed(state == .distrusted ? "1.1.0" : "1.0.0"))
        guard state == .distrusted else { return }
        #expect(slot.machine.status?.target?.reason == "NotTrusted")
        #expect(slot.machine.status?.target?.blame == .environment)
    }

    @Test func `what waits for its turn is verified again when policies change meanwhile`() {
        var slot = serving("1.0.0")
        slot.inputs.mayActivate = false
        slot.inputs.plans = [S.plan("1.1.0")]
        slot.settle()
        #expect(slot.machine.status?.target?.state == .staged)
        slot.inputs.policyStamp += 1
        slot.find(.distrusted, "1.1.0")
        slot.inputs.mayActivate = true
        slot.settle(limit: 60)
        #expect(slot.activations["1.1.0"] == nil)
        #expect(slot.machine.status?.target?.reason == "NotTrusted")
        slot.inputs.policyStamp += 1
        slot.find(.trusted, "1.1.0")
        slot.settle()
        #expect(slot.running == S.installed("1.1.0"))
    }

    @Test func `who was killed while loading what is refused since goes back`() {
        var slot = serving("1.0.0")
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        for _ in 0..<20 {
            if case .activate = slot.decide() { break }
            slot.step()
        }
        #expect(slot.journal.step == .activating)
        slot.crash()
        slot.inputs.policyStamp += 1
        slot.find(.distrusted, "1.1.0")
        slot.settle(limit: 60)
        #expect(slot.activations["1.1.0"] == nil)
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.machine.status?.target?.blame == .environment)
    }

    @Test(arguments: [SlotSimulation.Fault.failsProbe, .failsSoak, .killsTheAgent])
    func `from what fails it goes back to a version that is trusted, rather than to one that is not`(fault: SlotSimulation.Fault) {
        var slot = serving("1.0.0", "1.1.0")
        slot.find(.trusted, "1.0.0")
        slot.find(.distrusted, "1.1.0")
        slot.faults["1.2.0"] = fault
        slot.inputs.plans = [S.plan("1.2.0", rollout: "new", previous: "1.0.0")]
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))
        #expect(slot.linked == S.installed("1.0.0"))
        #expect(slot.machine.status?.trust?.state == .trusted)
    }

    @Test(arguments: [SlotSimulation.Fault.failsProbe, .failsSoak, .killsTheAgent])
    func `where nothing here is trusted it goes back to what ran a moment ago, which is better than nothing, and says so`(
        fault: SlotSimulation.Fault
    ) {
        var slot = serving("1.0.0", "1.1.0")
        slot.find(.distrusted, "1.0.0")
        slot.find(.distrusted, "1.1.0")
        slot.faults["1.2.0"] = fault
        slot.inputs.plans = [S.plan("1.2.0", rollout: "new", previous: "1.1.0")]
        slot.settle()
        #expect(slot.running == S.installed("1.1.0"))
        #expect(slot.machine.status?.trust?.state == .distrusted)
        #expect(slot.machine.status?.target?.state == .reverted)
    }

    @Test func `Evict takes what is trusted in its place, else what can't be judged, and never what is refused`() {
        var evict = ModuleQuarantineSpec()
        evict.digest = "sha256:1.2.0"
        evict.action = .evict
        var slot = serving("1.0.0", "1.1.0", "1.2.0")
        slot.find(.distrusted, "1.1.0")
        slot.find(.unknown, "1.0.0")
        slot.inputs.quarantines = [evict]
        slot.inputs.isJudged = false
        slot.settle()
        #expect(slot.running == S.installed("1.2.0"), "nothing is chosen before it is known what may be")
        slot.inputs.isJudged = true
        slot.settle()
        #expect(slot.running == S.installed("1.0.0"))

        var alone = serving("1.1.0", "1.2.0")
        alone.find(.distrusted, "1.1.0")
        alone.inputs.quarantines = [evict]
        alone.settle()
        #expect(alone.linked == nil, "rather nothing than what was evicted or is refused")
        #expect(alone.machine.status?.trust == nil)
    }

    @Test
    func `a load that somebody disturbed is undone at once, blamed on nobody's module, and tried again after longer and longer pauses`() {
        var slot = serving("1.0.0")
        slot.faults["1.1.0"] = .isDisturbed
        slot.inputs.plans = [S.plan("1.1.0", previous: "1.0.0")]
        var pauses: [Duration] = []
        var last = slot.inputs.now
        for _ in 0..<5 {
            slot.runUntilActivation()
            pauses.append(slot.inputs.now - last)
            last = slot.inputs.now
            #expect(slot.step() == .revert(S.installed("1.0.0")), "without a pause")
            slot.step()
            #expect(slot.running == S.installed("1.0.0"))
            #expect(slot.machine.status?.target?.blame == .environment)
            #expect(slot.machine.status?.target?.reason == SlotFailure.tampered)
            #expect(slot.machine.record.rejected == nil)
        }
        #expect(zip(pauses.dropFirst(), pauses.dropFirst(2)).allSatisfy { $1 > $0 })
        slot.faults = [:]
        slot.settle()
        #expect(slot.running == S.installed("1.1.0"))
    }

    @Test func `what seems changed is looked after once, and what was changed is told until another version runs`() {
        var slot = serving("1.0.0")
        slot.find(.trusted, "1.0.0")
        slot.settle()
        let before = slot.actions.count
        slot.inputs.suspicions += 1
        slot.mended = "libfilter.so: found other bytes"
        slot.settle()
        #expect(slot.actions[before...].count { $0 == .restore(S.installed("1.0.0")) } == 1)
        #expect(slot.machine.status?.trust?.state == .trusted)
        #expect(slot.machine.status?.trust?.reason == SlotFailure.tampered)
        #expect(slot.machine.status?.trust?.message?.contains("found other bytes") == true)
        slot.inputs.plans = [S.plan("1.1.0", rollout: "r2")]
        slot.find(.trusted, "1.1.0")
        slot.settle()
        #expect(slot.machine.status?.trust?.reason == nil)
    }

    /// Whatever happens: what today's policies refuse is never activated, as long as what runs is not quarantined; a host that served keeps serving.
    @Test(arguments: 0..<120)
    func `what is refused is never activated, and nothing is taken away for it`(seed: Int) {
        var random = Seeded(seed &+ 7_000)
        var slot = serving("1.0.0")
        slot.faults["1.2.0"] = [.refusesToLoad, .failsProbe, .failsSoak, .diesWhileSoaking, .killsTheAgent].randomElement(using: &random)!
        if seed % 2 == 0 { slot.faults["1.3.0"] = .isDisturbed }
        for _ in 0..<250 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: SlotPropertyTests.disturb(&slot, &random)
            case 1:
                let state = SlotTrust.State.allCases.randomElement(using: &random)!
                slot.inputs.policyStamp += 1
                slot.find(state, SlotPropertyTests.versions.randomElement(using: &random)!)
                if Int.random(in: 0..<6, using: &random) == 0 { slot.inputs.findings = [:] }
            case 2: if Int.random(in: 0..<8, using: &random) == 0 { slot.inputs.suspicions += 1 }
            default: break
            }
            let record = slot.machine.record
            let action = slot.decide()
            let isBanned = record.active.map { slot.inputs.quarantine(of: $0) != nil } ?? false
            if case .activate(let candidate) = action, !isBanned {
                #expect(!slot.inputs.isDistrusted(candidate), "seed \(seed)")
            }
            #expect(action != .unload, "seed \(seed)")
            slot.step()
            #expect(slot.linked != nil, "seed \(seed): the host would start with nothing")
            let trust = slot.machine.record.trust
            #expect(trust == nil || slot.machine.record.active != nil)
        }
    }
}
