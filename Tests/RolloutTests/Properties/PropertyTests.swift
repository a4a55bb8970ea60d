import Glibc
import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("Whatever happens")
struct PropertyTests {
    private static func number(_ name: String, _ otherwise: Int) -> Int { getenv(name).flatMap { Int(String(cString: $0)) } ?? otherwise }
    /// GRAFT_LIVES: how many, each with its number as seed. GRAFT_SEED: the first of them. hack/soak sets both.
    private static let lives = number("GRAFT_LIVES", 10_240)
    private static let firstSeed = number("GRAFT_SEED", 0)
    private static let chunks = 64
    /// Of how many of a hundred decisions it is seen that what was kept leads to them as well; of a single life of all.
    private static let followed = lives == 1 ? 100 : 30

    @Test("limits hold, weights grow, nothing banned is planned, what is given up goes back, and every rollout ends", arguments: 0..<chunks)
    func invariants(chunk: Int) throws {
        var (failures, lives, kept) = (0, 0, 0)
        for seed in PropertyTests.seeds(of: chunk, among: PropertyTests.lives) where failures < 3 {
            var life = RandomLife(seed: seed, followed: PropertyTests.followed, isTold: PropertyTests.lives == 1)
            try life.live(seed % 8 == 0 ? 30 : 10)
            let refuge = seed % 3 == 0 ? life.giveUp() : nil
            life.rest()
            var findings = life.invariants.findings
            if !life.isAtRest { findings.append("does not come to rest: \(life.testDescription)") }
            if let refuge, life.world.status.stable?.revision != refuge { findings.append("is not back: \(life.testDescription)") }
            (lives, kept) = (lives + 1, kept + (life.world.follower?.kept ?? 0))
            if !findings.isEmpty { failures += 1 }
            record(findings, seed)
        }
        #expect(kept >= lives, "\(kept) decisions were made from what was kept, of \(lives) lives")
    }

    @Test("A controller that dies again and again changes nothing of how a random upgrade ends", arguments: 0..<chunks)
    func restartsInRandomUpgrades(chunk: Int) throws {
        for seed in PropertyTests.seeds(of: chunk, among: max(PropertyTests.lives / 32, PropertyTests.chunks)) {
            var (undisturbed, disturbed) = (RandomUpgrade(seed: seed), RandomUpgrade(seed: seed))
            let (expected, found) = (try undisturbed.ending(crashes: false), try disturbed.ending(crashes: true))
            if expected != found || !expected.isOver { record(["ends as \(found) and not as \(expected)"], seed) }
        }
    }

    @Test("These lives meet preflights that are passed, fail and are given up, and orders whose groups are asked one after another")
    func coverage() throws {
        var (passed, failing, refused, early) = (0, 0, 0, 0)
        var (restarts, restarted, ended, loaded) = (0, 0, 0, 0)
        for seed in 0..<1_000 {
            var life = RandomLife(seed: UInt64(seed), isWatched: false)
            try life.live(40)
            for event in life.world.events {
                switch event {
                case .preflightPassed: passed += 1
                case .preflightFailing: failing += 1
                case .returning(_, _, .preflight, _): refused += 1
                case .restartStarted: restarts += 1
                case .restartCompleted: restarted += 1
                case .restartEnded: ended += 1
                default: break
                }
            }
            early += life.world.plans.count { $0.restart == nil && $0.cutoffs.contains { $0.below < 0 } }
            loaded += life.world.hosts.reduce(0) { $0 + $1.restarts.count }
        }
        #expect(passed > 15 && failing > 5 && refused > 2 && early > 50, "\(passed) \(failing) \(refused) \(early)")
        #expect(restarts > 10 && restarted > 1 && ended > 3 && loaded > 5, "\(restarts) \(restarted) \(ended) \(loaded)")
    }

    private static func seeds(of chunk: Int, among count: Int) -> some Sequence<UInt64> {
        stride(from: firstSeed + chunk, to: firstSeed + count, by: chunks).lazy.map { UInt64($0) }
    }

    private func record(_ findings: [String], _ seed: UInt64) {
        for finding in findings { Issue.record("\(finding)\nAgain: GRAFT_SEED=\(seed) GRAFT_LIVES=1 hack/test PropertyTests") }
    }

    /// A rollout under one behaviour, up to its end: what became of it.
    private struct Ending: Hashable {
        var stable: String?
        var running: [String?]
        var outcomes: [String]
        var quarantined: [Bool]
    }

    private static let behaviours: [Behaviour] = [.works, .failsProbe, .hangs, .kills]

    private func upgrading(_ behaviour: Behaviour) -> World {
        var world = World(hosts: 6, steps: [.setWeight(Weight(percent: 30)), .pause(seconds: 10), .setWeight(Weight(percent: 60))])
        world.spec.strategy.progressDeadlineSeconds = 30
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", behaviour)
        return world
    }

    private func isOver(_ world: World) -> Bool {
        !world.isRunning && world.status.rollout != nil && world.wanted.revision != nil
            && (world[facts: "1.1.0"].outcome != .unproven
                || world.status.stable?.version == "1.0.0" && world.wanted.revision == "http-1-0-0")
            && world.hosts.allSatisfy { !$0.isReady || $0.active == world.status.stable?.revision }
    }

    private func ending(_ world: World) -> Ending {
        Ending(
            stable: world.status.stable?.version, running: world.hosts.map { $0.isReady ? $0.active : nil },
            outcomes: world.revisions.map(\.outcome.rawValue), quarantined: world.revisions.map { $0.quarantine != nil })
    }

    @Test("A controller that dies at any moment, and starts anew, changes no outcome", arguments: behaviours)
    func restarts(behaviour: Behaviour) throws {
        var undisturbed = upgrading(behaviour)
        var moments = 0
        undisturbed.decide()
        while !isOver(undisturbed), moments < 300 {
            undisturbed.tick()
            moments += 1
        }
        #expect(isOver(undisturbed), "\(undisturbed.testDescription)")
        let expected = ending(undisturbed)
        for crash in World.Crash.allCases {
            for moment in 0...moments {
                var world = upgrading(behaviour)
                if moment > 0 { world.decide() }
                for _ in 0..<max(0, moment - 1) { world.tick() }
                for index in world.hosts.indices { world.act(index) }
                world.decide(dying: crash)
                // Hosts go on meanwhile
                for index in world.hosts.indices { world.act(index) }
                world.now = world.now + .seconds(2)
                try world.restart()
                world.run(limit: 400, until: isOver)
                // A host that the module killed may be another one when the controller was away; all else is the same.
                if behaviour == .kills {
                    #expect(ending(world).outcomes == expected.outcomes && ending(world).stable == expected.stable)
                } else {
                    #expect(ending(world) == expected, "died \(crash) at \(moment): \(world.testDescription)")
                }
            }
        }
    }

    /// 1.1.0 everywhere, and a policy that wants it withdrawn.
    private func withdrawing() -> World {
        var world = World(hosts: 6)
        world.spec.strategy.soakSeconds = 0
        world.deliver("1.0.0")
        world.deliver("1.1.0")
        world.distrust("1.1.0", Withdrawal(limits: [.count(2)]))
        return world
    }

    @Test("A controller that dies at any moment of a withdrawal leads it to the same end, within its limit")
    func withdrawalRestarts() throws {
        var undisturbed = withdrawing()
        var moments = 0
        while !(undisturbed.rolledBack && undisturbed.running("1.0.0") == 6), moments < 100 {
            undisturbed.tick()
            moments += 1
        }
        #expect(undisturbed.rolledBack, "\(undisturbed.testDescription)")
        for crash in World.Crash.allCases {
            for moment in 0...moments {
                var world = withdrawing()
                for _ in 0..<moment { world.tick() }
                for index in world.hosts.indices { world.act(index) }
                world.decide(dying: crash)
                for index in world.hosts.indices { world.act(index) }
                try world.restart()
                var invariants = Invariants()
                world.run(limit: 200) {
                    invariants.check($0, deeply: false)
                    return $0.rolledBack && $0.running("1.0.0") == 6
                }
                #expect(world.running("1.0.0") == 6 && world.rolledBack, "died \(crash) at \(moment): \(world.testDescription)")
                #expect(world.status.rollout?.cause == .distrusted)
                #expect(world[facts: "1.1.0"].outcome == .good && world[facts: "1.1.0"].quarantine == nil)
                #expect(world.plans.allSatisfy { $0.rollout != world.status.rollout?.id || ($0.canary ?? $0.stable)?.version == "1.0.0" })
            }
        }
    }

    @Test("Abort and undo lead back to the stable version from every moment", arguments: behaviours, [true, false])
    func wayBack(behaviour: Behaviour, byAbort: Bool) {
        var moment = upgrading(behaviour)
        moment.decide()
        for _ in 0..<200 where !isOver(moment) {
            var world = moment
            if byAbort { world.verbs.abort = world.status.rollout?.id } else { world.ask(for: "1.0.0") }
            world.run(limit: 400) { !$0.isRunning && $0.running("1.0.0") == $0.readyHosts }
            #expect(world.running("1.0.0") == world.readyHosts && !world.isRunning, "\(world.testDescription)")
            #expect(world.status.stable?.version == "1.0.0")
            moment.tick()
        }
    }
}
