import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Agent

/// A small generator with a seed, so that a failure can be had again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite("A slot's state machine, whatever happens")
struct SlotPropertyTests {
    typealias S = SlotSimulation
    static let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]

    /// Changes plans, faults, outages; kills agent and host between and within actions.
    static func disturb(_ slot: inout SlotSimulation, _ random: inout Seeded) {
        switch Int.random(in: 0..<15, using: &random) {
        case 14:
            // What runs, or something else, is to be loaded anew.
            let target = slot.machine.record.active?.version ?? versions[0]
            slot.inputs.plans = [
                S.restarting(target, Int64.random(in: 1..<4, using: &random), rollout: "r\(Int.random(in: 0..<6, using: &random))")
            ]
        case 0...2:
            let rollout = "r\(Int.random(in: 0..<6, using: &random))"
            let (target, other) = (versions.randomElement(using: &random)!, versions.randomElement(using: &random)!)
            let isDivided = target != other && Bool.random(using: &random)
            let percent = [0, 5, 50].randomElement(using: &random)!
            slot.inputs.plans = [
                isDivided
                    ? S.dividing(target, beside: other, percent: percent, rollout: rollout)
                    : S.plan(
                        target, rollout: rollout, previous: other,
                        ahead: Bool.random(using: &random) ? versions.randomElement(using: &random) : nil)
            ]
        case 3: slot.inputs.plans = []
        case 4: slot.registryIsDown.toggle()
        case 5: slot.hostIsDown.toggle()
        case 6: slot.restartHost()
        case 7: slot.inputs.isHeld.toggle()
        case 8: slot.inputs.mayActivate = slot.machine.record.step.needsTurn || Bool.random(using: &random)
        case 9: slot.inputs.policyStamp += 1
        case 10:
            // Killed before the action that was written down was done.
            _ = slot.decide()
            slot.crash()
        case 11:
            // Killed after the action was done and before its end was written down.
            _ = slot.perform(slot.decide())
            slot.crash()
        case 12:
            var quarantine = ModuleQuarantineSpec()
            quarantine.digest = "sha256:\(versions.randomElement(using: &random)!)"
            slot.inputs.quarantines = Bool.random(using: &random) ? [quarantine] : []
        default: slot.inputs.now += .milliseconds(Int.random(in: 0..<20_000, using: &random))
        }
    }

    @Test(arguments: 0..<150)
    func `a host that served keeps serving, and in the end it serves what the plan asks`(seed: Int) {
        var random = Seeded(seed)
        var slot = SlotSimulation()
        slot.faults["1.2.0"] = [.refusesToLoad, .failsProbe, .failsSoak, .diesWhileSoaking].randomElement(using: &random)!
        if seed % 3 == 0 { slot.faults["1.3.0"] = .killsTheAgent }
        slot.inputs.plans = [S.plan("1.0.0", rollout: "first")]
        slot.settle()
        #expect(slot.running?.version == "1.0.0")

        for _ in 0..<300 {
            if Int.random(in: 0..<3, using: &random) == 0 { Self.disturb(&slot, &random) }
            slot.step()
            #expect(slot.linked != nil, "seed \(seed): the host would start with nothing")
            let record = slot.machine.record
            #expect((record.candidate != nil) == (record.step == .activating || record.step == .probing))
            #expect(record.fallback == nil || record.step == .soaking)
            #expect(record.candidateRule == nil || record.candidate != nil)
            #expect(record.restart == nil || [.activating, .probing, .soaking].contains(record.step), "seed \(seed)")
            #expect(record.restart == nil || record.candidate == nil || record.candidate == record.active, "seed \(seed)")
            #expect(record.canary == nil || record.active != nil && record.canary?.installed != record.active, "seed \(seed)")
            #expect(Set(record.staged).count == record.staged.count)
        }

        slot.registryIsDown = false
        slot.hostIsDown = false
        slot.inputs.isHeld = false
        slot.inputs.mayActivate = true
        slot.inputs.quarantines = []
        slot.settle()
        slot.settle()
        slot.inputs.plans = [S.plan("1.1.0", rollout: "last")]
        for _ in 0..<4 { slot.settle() }
        #expect(!slot.actions.contains(.unload))
        #expect(slot.running?.version == "1.1.0", "seed \(seed)")
        #expect(slot.linked?.version == "1.1.0", "seed \(seed)")
        #expect(slot.linkedBeside == nil && slot.beside == nil, "seed \(seed)")
        #expect(slot.machine.status?.target?.state == .active, "seed \(seed)")
        #expect(slot.machine.record.step == .resting)
    }

    @Test(arguments: 0..<60)
    func `a bad version is loaded at most as often as a rollout may try it`(seed: Int) {
        var random = Seeded(seed)
        var slot = SlotSimulation()
        slot.faults["1.2.0"] = [.refusesToLoad, .failsProbe, .killsTheAgent].randomElement(using: &random)!
        slot.inputs.plans = [S.plan("1.0.0", rollout: "first")]
        slot.settle()
        slot.inputs.plans = [S.plan("1.2.0", rollout: "bad", previous: "1.0.0")]
        for _ in 0..<200 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: slot.crash()
            case 1: slot.inputs.policyStamp += 1
            case 2: slot.restartHost()
            case 3: slot.inputs.now += .seconds(7)
            default: slot.step()
            }
        }
        for _ in 0..<3 { slot.settle() }
        #expect(slot.activations["1.2.0", default: 0] <= slot.machine.policy.attempts)
        #expect(slot.running?.version == "1.0.0")
    }

    @Test(arguments: 0..<40)
    func `asked again, a decision is the same, and a record survives its journal`(seed: Int) throws {
        var random = Seeded(seed)
        var slot = SlotSimulation()
        for _ in 0..<150 {
            Self.disturb(&slot, &random)
            let action = slot.decide()
            let record = slot.machine.record
            #expect(slot.machine.next(slot.inputs) == action, "seed \(seed)")
            #expect(slot.machine.record == record)
            #expect(try SlotRecord(from: record.json) == record)
            slot.step()
        }
    }
}
