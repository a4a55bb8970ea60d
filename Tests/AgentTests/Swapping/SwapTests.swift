import Harness
import Synchronization
import Testing

@testable import Agent

@Suite("Somebody who changes files between the check and the load")
struct SwapTests {
    /// At every moment, from the first look into the store to the probe's answer: either the host runs the verified bytes, or the load fails and
    /// says why, and what was there before runs.
    @Test(
        "never has a version taken for what was verified", .timeLimit(.minutes(5)),
        arguments: [false, true])
    func swaps(covers: Bool) async throws {
        let tally = SwapTally()
        let attacks = covers ? Array(SwapAttack.ofThePath) : SwapAttack.allCases
        try await withTemporaryDirectory(inMemory: true) { (root: String) in
            let shelf = try FallibleShelf(directory: root)
            let versions = [try await SwapBench.publish("1.0.0", on: shelf), try await SwapBench.publish("1.1.0", on: shelf)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for attack in attacks {
                    group.addTask {
                        let bench = try SwapBench(
                            attack, covers: covers, directory: "\(root)/\(attack.rawValue)", shelf: shelf, versions: versions)
                        try await Self.run(bench, tally)
                    }
                }
                try await group.waitForAll()
            }
        }
        print(covers ? "undone after the load:" : "left as it is:", tally.summary)
        #expect(tally.strikes(of: nil) > 300, "it struck at every moment")
        for attack in attacks { #expect(tally.strikes(of: attack) > 0, "\(attack) found something to strike at") }
        #expect(tally.undone > 0, "some reached the host, and were found out")
    }

    private static func run(_ bench: SwapBench, _ tally: SwapTally) async throws {
        try await bench.deliver(bench.versions[0])
        try await bench.deliver(bench.versions[1])
        for moment in 0..<2_000 {
            let (before, wanted) = moment % 2 == 0 ? (bench.versions[1], bench.versions[0]) : (bench.versions[0], bench.versions[1])
            try await bench.prepare(for: wanted, keeping: before)
            bench.swapper.arm(at: moment)
            let failures = try await attempt(bench, wanted, before: before)
            let moments = bench.swapper.disarm()
            let struck = bench.swapper.struckBefore
            #expect(bench.host.running == wanted.bytes, "\(bench.attack) before \(struck ?? "-"): \(failures)")
            #expect(bench.host.config.map { !String(decoding: $0, as: UTF8.self).contains("havoc") } == true, "\(bench.attack)")
            tally.note(bench.attack, struck: struck != nil, failures)
            if bench.host.running != wanted.bytes { return }
            if moment >= moments, failures.isEmpty { return }
        }
        Issue.record("it never came to its end")
    }

    /// Tries until it succeeds, as an agent does; after one attack that is soon.
    private static func attempt(_ bench: SwapBench, _ wanted: SwapBench.Version, before: SwapBench.Version) async throws -> [SlotFailure] {
        var failures: [SlotFailure] = []
        while failures.count < 6 {
            do {
                try await bench.deliver(wanted)
                return failures
            } catch {
                let failure = SlotFailure(error, during: .activate(bench.installed(wanted)))
                failures.append(failure)
                let what = "\(bench.attack) before \(bench.swapper.struckBefore ?? "-"): \(failure)"
                #expect(failure.kind != .module, "the module is not to blame: \(what)")
                #expect(failure.reason != "Unexpected" && !failure.message.isEmpty, "it says why: \(what)")
                if failure.kind == .disturbed { try await bench.goBack(to: before) }
                #expect(bench.host.running == before.bytes, "what was there before runs: \(what)")
            }
        }
        Issue.record("it does not recover from \(bench.attack): \(failures)")
        return failures
    }
}

/// What came of all attacks.
final class SwapTally: Sendable {
    private struct State {
        var strikes: [SwapAttack: Int] = [:]
        var reasons: [String: Int] = [:]
        var undone = 0
        var runs = 0
    }

    private let state = Mutex(State())

    func note(_ attack: SwapAttack, struck: Bool, _ failures: [SlotFailure]) {
        state.withLock { state in
            state.runs += 1
            if struck { state.strikes[attack, default: 0] += 1 }
            for failure in failures {
                state.reasons[failure.reason, default: 0] += 1
                if failure.kind == .disturbed { state.undone += 1 }
            }
        }
    }

    func strikes(of attack: SwapAttack?) -> Int {
        state.withLock { state in attack.map { state.strikes[$0] ?? 0 } ?? state.strikes.values.reduce(0, +) }
    }

    /// Loads that were undone since nobody knew what the host had been given.
    var undone: Int { state.withLock { $0.undone } }

    var summary: String {
        state.withLock { state in
            let reasons = state.reasons.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return
                "\(state.runs) deliveries, \(state.strikes.values.reduce(0, +)) struck, \(state.undone) undone after the host had loaded; \(reasons)"
        }
    }
}
