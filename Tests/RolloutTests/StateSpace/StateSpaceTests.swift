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

    private func explore(_ bounds: StateSpace.Bounds, atLeast least: Int) {
        var world = World(hosts: bounds.hosts, steps: bounds.steps)
        world.spec.strategy.maxUnavailable = .count(bounds.maxUnavailable)
        world.spec.strategy.soakSeconds = 0
        if bounds.isOrdered {
            world.spec.strategy.order = HostOrder(label: "stage", values: ["staging", "production"])
            for index in world.hosts.indices { world.hosts[index].labels = ["stage": index == 0 ? "staging" : "production"] }
        }
        world.spec.strategy.progressDeadlineSeconds = 60
        world.follower = Follower(share: StateSpaceTests.isWhole ? nil : (percent: 30, seed: 0))
        if bounds.isWatched { world.spec.strategy.analysis = BackgroundAnalysis([AnalysisReference("latency")]) }
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.decide()
        world.forgetThePast()
        var space = StateSpace(bounds)
        space.explore(from: world)
        for finding in space.findings { Issue.record("\(finding)") }
        #expect(space.states >= least, "\(space.states) states are fewer than there must be: a move is no longer possible")
    }

    @Test("limits hold, nothing follows without news, every rollout ends, and abort and undo lead back: two hosts, two steps")
    func twoHosts() {
        explore(.init(hosts: 2, steps: StateSpaceTests.twoSteps, maxUnavailable: 1, minds: false, most: 20_000), atLeast: 300)
    }

    /// Every state of a restart of what 1.0.0's hosts run, while 1.1.0 may be wanted at any moment, or not.
    private func exploreRestart(_ bounds: StateSpace.Bounds, atLeast least: Int) {
        var world = World(hosts: bounds.hosts, steps: bounds.steps)
        world.spec.strategy.maxUnavailable = .count(bounds.maxUnavailable)
        world.spec.strategy.soakSeconds = 0
        world.spec.strategy.progressDeadlineSeconds = 60
        if bounds.isOrdered {
            world.spec.strategy.order = HostOrder(label: "stage", values: ["staging", "production"])
            for index in world.hosts.indices { world.hosts[index].labels = ["stage": index == 0 ? "staging" : "production"] }
        }
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        world.wanted = .revision(World.revision("1.0.0"))
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(world.status.rollout?.kind == .restart)
        world.forgetThePast()
        var space = StateSpace(bounds)
        space.explore(from: world)
        print("state space of a restart: \(bounds.hosts) hosts: \(space.states) states, \(space.transitions) transitions")
        for finding in space.findings { Issue.record("\(finding)") }
        #expect(space.states >= least, "\(space.states) states are fewer than there must be: a move is no longer possible")
    }

    @Test("The same of a restart: it ends, who was away catches up, and an abort ends it at once")
    func restart() {
        exploreRestart(.init(hosts: 2, steps: [], maxUnavailable: 1, minds: false, most: 20_000), atLeast: 300)
    }

    @Test("The same of a restart with three hosts and another version wanted at any moment, whole", .enabled(if: isWhole, "hack/soak"))
    func wholeRestart() {
        exploreRestart(.init(hosts: 3, steps: [], maxUnavailable: 2, minds: false, isOrdered: true), atLeast: 1_000)
        exploreRestart(.init(hosts: 3, steps: StateSpaceTests.twoSteps), atLeast: 1_000)
    }

    @Test("The same with a preflight: nobody is asked before it is passed, and it ends in every order of answers")
    func preflight() {
        let steps: [Step] = [.preflight(Preflight(failureThreshold: .share(Weight(percent: 50)))), .setWeight(Weight(percent: 50))]
        explore(.init(hosts: 2, steps: steps, maxUnavailable: 1, dead: 0, minds: false, most: 20_000), atLeast: 200)
    }

    @Test("The same with an order: the staging host is asked before the others")
    func ordered() {
        explore(
            .init(hosts: 2, steps: StateSpaceTests.twoSteps, maxUnavailable: 2, minds: false, isOrdered: true, most: 20_000), atLeast: 300)
    }

    @Test("The same with an order and three hosts, whole", .enabled(if: isWhole, "hack/soak"))
    func wholeOrder() { explore(.init(hosts: 3, steps: StateSpaceTests.threeSteps, isOrdered: true), atLeast: 5_000) }

    @Test("The same with a preflight and three hosts, whole", .enabled(if: isWhole, "hack/soak"), arguments: [0, 34])
    func wholePreflight(percent: Int) {
        let preflight = Preflight(failureThreshold: .share(Weight(percent: percent)), onDeadline: percent == 0 ? .rollback : .pause)
        let steps: [Step] = [.preflight(preflight), .setWeight(Weight(percent: 25)), .preflight(preflight)]
        explore(.init(hosts: 3, steps: steps), atLeast: 10_000)
    }

    @Test("The same with analyses that succeed, fail, err and are inconclusive at any moment, in a step and in the background")
    func watched() {
        explore(
            .init(hosts: 1, steps: StateSpaceTests.watched, maxUnavailable: 1, minds: false, isWatched: true, most: 20_000),
            atLeast: 100)
        explore(
            .init(hosts: 2, steps: StateSpaceTests.watched, maxUnavailable: 1, dead: 0, minds: false, crashes: false, most: 20_000),
            atLeast: 100)
    }

    @Test("The same with up to two hosts and every kind of check, whole", .enabled(if: isWhole, "hack/soak"), arguments: 1...2)
    func allChecks(hosts: Int) {
        let soak = Soak(durationSeconds: 10, samples: SampleGoal(10, of: HostSeries("requests_total")))
        explore(
            .init(hosts: hosts, steps: StateSpaceTests.watched + [.webhook(StepWebhook("https://x/")), .soak(soak)], isWatched: true),
            atLeast: [2000, 10_000][hosts - 1])
    }

    @Test("The same where calls are divided: two hosts, three steps")
    func dividedCalls() {
        let steps: [Step] = [
            .setTraffic(Traffic(share: Weight(percent: 5))), .setWeight(Weight(percent: 50)),
            .setTraffic(Traffic(share: Weight(percent: 50))),
        ]
        explore(.init(hosts: 2, steps: steps, maxUnavailable: 1, minds: false, crashes: false, most: 40_000), atLeast: 300)
    }

    @Test("The same with up to four hosts and three steps, whole", .enabled(if: isWhole, "hack/soak"), arguments: 1...4)
    func upToFourHosts(hosts: Int) {
        let bounds = StateSpace.Bounds(hosts: hosts, steps: StateSpaceTests.threeSteps, areHindered: hosts < 4)
        explore(bounds, atLeast: [100, 1000, 10_000, 50_000][hosts - 1])
    }
}
