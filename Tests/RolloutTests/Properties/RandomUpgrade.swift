import GraftAPI
import KubeCore
import Testing

@testable import Rollout

/// One upgrade with a random strategy on a random fleet that behaves in one way, left in peace but for its controller.
struct RandomUpgrade {
    /// What became of it.
    struct Ending: Hashable {
        var stable: String?
        var outcomes: [String]
        var quarantined: [Bool]
        var isOver: Bool
    }

    private var dice: Dice
    private var world: World

    init(seed: UInt64) {
        dice = Dice(seed: seed)
        world = World(hosts: dice.number(1...6), zones: dice.pick([[""], ["a", "b"]]))
        world.spec.strategy.maxUnavailable = dice.chance(50) ? .count(dice.number(1...3)) : .share(Weight(percent: dice.number(1...100)))
        world.spec.strategy.soakSeconds = dice.pick([0, 5])
        world.spec.strategy.progressDeadlineSeconds = 30
        world.spec.strategy.steps = (0..<dice.number(0...3)).map { _ -> Step in
            switch dice.number(1...9) {
            case 1...4: return .setWeight(Weight(percent: dice.number(0...100)))
            case 5: return .analysis(StepAnalysis([AnalysisReference("errors"), AnalysisReference("latency")]))
            case 9: return .setTraffic(Traffic(share: Weight(percent: dice.number(0...10) * 10)))
            case 6: return .webhook(StepWebhook("https://change.example/"))
            default: return .pause(seconds: dice.number(0...9))
            }
        }
        for subject in ["errors", "latency", "change.example"] {
            world.checkBehaviour[subject] = dice.pick([.succeeds, .succeeds, .succeeds, .failsDry, .fails, .errs])
        }
    }

    /// - Parameter crashes: the controller dies at random moments, in the middle of what it writes too, and starts anew.
    mutating func ending(crashes: Bool) throws -> Ending {
        var crash = Dice(seed: dice.next())
        world.deliver("1.0.0")
        world.ask(for: "1.1.0", dice.pick([.works, .failsProbe, .hangs]))
        world.decide()
        var ticks = 0
        while !isOver, ticks < 600 {
            if crashes, crash.chance(12) {
                for index in world.hosts.indices { world.act(index) }
                world.decide(dying: crash.pick(World.Crash.allCases))
                try world.restart()
            }
            world.tick()
            ticks += 1
        }
        return Ending(
            stable: world.status.stable?.version, outcomes: world.revisions.map(\.outcome.rawValue),
            quarantined: world.revisions.map { $0.quarantine != nil }, isOver: isOver)
    }

    private var isOver: Bool {
        !world.isRunning && world[facts: "1.1.0"].outcome != .unproven
            && world.hosts.allSatisfy { $0.active == world.status.stable?.revision && $0.beside == nil }
    }
}
