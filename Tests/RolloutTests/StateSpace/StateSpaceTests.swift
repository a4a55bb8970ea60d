import Glibc
import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("In every state that can be reached")
struct StateSpaceTests {
    private static let isWhole = getenv("GRAFT_WHOLE") != nil
    private static let twoSteps: [Step] = [.setWeight(Weight(percent: 30)), .pause(seconds: nil)]
    private static let threeSteps: [Step] = [.setWeight(Weight(percent: 25)), .pause(seconds: nil), .setWeight(Weight(percent: 75))]

    private static let watched: [Step] = [.setWeight(Weight(percent: 30)), .analysis(StepAnalysis([AnalysisReference("errors")]))]

    private func explore(_ bounds: StateSpace.Bounds, background: [AnalysisReference] = [], atLeast least: Int) {
        var world = World(hosts: bounds.hosts, steps: bounds.steps)
        world.spec.strategy.maxUnavailable = .count(bounds.maxUnavailable)
        world.spec.strategy.soakSeconds = 0
        world.spec.strategy.progressDeadlineSeconds = 60
        if !background.isEmpty { world.spec.strategy.analysis = BackgroundAnalysis(background) }
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.decide()
        world.forgetThePast()
        var space = StateSpace(bounds)
        space.explore(from: world)
        print("state space: \(bounds.hosts) hosts, \(bounds.steps.count) steps: \(space.states) states, \(space.transitions) transitions")
        for finding in space.findings { Issue.record("\(finding)") }
        #expect(space.states >= least, "\(space.states) states are fewer than there must be: a move is no longer possible")
    }

    @Test("limits hold, nothing follows without news, every rollout ends, and abort and undo lead back: two hosts, two steps")
    func twoHosts() {
        explore(.init(hosts: 2, steps: StateSpaceTests.twoSteps, maxUnavailable: 1, minds: false, most: 20_000), atLeast: 300)
    }

    @Test("The same with analyses that succeed, fail, err and are inconclusive at any moment, in a step and in the background")
    func watched() {
        explore(
            .init(hosts: 1, steps: StateSpaceTests.watched, maxUnavailable: 1, minds: false, most: 20_000),
            background: [AnalysisReference("latency")], atLeast: 100)
        explore(
            .init(hosts: 2, steps: StateSpaceTests.watched, maxUnavailable: 1, dead: 0, minds: false, crashes: false, most: 20_000),
            atLeast: 100)
    }

    @Test("The same with up to three hosts and every kind of check, whole", .enabled(if: isWhole, "hack/soak"), arguments: 1...3)
    func allChecks(hosts: Int) {
        let soak = Soak(durationSeconds: 10, samples: SampleGoal(10, of: HostSeries("requests_total")))
        explore(
            .init(
                hosts: hosts, steps: StateSpaceTests.watched + [.webhook(StepWebhook("https://x/")), .soak(soak)], dead: hosts < 3 ? 1 : 0),
            background: [AnalysisReference("latency")], atLeast: [500, 2000, 10_000][hosts - 1])
    }

    @Test("The same with up to four hosts and three steps, whole", .enabled(if: isWhole, "hack/soak"), arguments: 1...4)
    func upToFourHosts(hosts: Int) {
        let bounds = StateSpace.Bounds(hosts: hosts, steps: StateSpaceTests.threeSteps, areHindered: hosts < 4)
        explore(bounds, atLeast: [100, 1000, 10_000, 50_000][hosts - 1])
    }
}
