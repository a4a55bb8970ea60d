import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("In every state that can be reached")
struct StateSpaceTests {
    private func explore(_ space: Space, followed: Int? = 30) {
        let bounds = space.bounds
        var exploring = StateSpace(bounds, from: start(of: space, followed: followed))
        exploring.explore()
        for finding in exploring.findings { Issue.record("\(finding)") }
        #expect(exploring.states >= space.least, "\(exploring.states) states are fewer than there must be: a move is no longer possible")
    }

    private func explore(_ bounds: StateSpace.Bounds, _ beginning: Space.Beginning = .upgrade, atLeast least: Int) {
        var bounds = bounds
        bounds.most = 40_000
        explore(Space(bounds, beginning, atLeast: least))
    }

    private func start(of space: Space, followed: Int?) -> World {
        let bounds = space.bounds
        var world = World(hosts: bounds.hosts, steps: bounds.steps)
        world.spec.strategy.maxUnavailable = .count(bounds.maxUnavailable)
        world.spec.strategy.soakSeconds = 0
        world.spec.strategy.progressDeadlineSeconds = 90
        if bounds.isOrdered {
            world.spec.strategy.order = HostOrder(label: "stage", values: ["staging", "production"])
            for index in world.hosts.indices { world.hosts[index].labels = ["stage": index == 0 ? "staging" : "production"] }
        }
        if bounds.isWatched { world.spec.strategy.analysis = BackgroundAnalysis([AnalysisReference("latency")]) }
        world.follower = Follower(share: followed.map { ($0, seed: 0) })
        world.deliver("1.0.0")
        world.ask(for: "1.1.0")
        if space.beginning == .restart {
            world.wanted = .revision(World.revision("1.0.0"))
            world.verbs.restart = world.status.rollout?.id
        }
        world.decide()
        #expect(world.status.rollout?.kind == (space.beginning == .restart ? .restart : .steps))
        // Moves are looked at as they are made: this is where the first of them begins.
        var invariants = Invariants()
        invariants.check(world, deeply: true)
        for finding in invariants.findings { Issue.record("\(finding)") }
        world.forgetThePast()
        return world
    }

    @Test("limits hold, nothing follows without news, every rollout ends, and abort and undo lead back: two hosts, two steps")
    func twoHosts() {
        explore(.init(hosts: 2, steps: Space.twoSteps, maxUnavailable: 1, minds: false), atLeast: 500)
    }

    @Test("The same of a restart: it ends, who was away catches up, and an abort ends it at once")
    func restart() {
        explore(.init(hosts: 2, steps: [], maxUnavailable: 1, minds: false), .restart, atLeast: 100)
    }

    @Test("The same with a preflight: nobody is asked before it is passed, and it ends in every order of answers")
    func preflight() {
        let steps: [Step] = [.preflight(Preflight(failureThreshold: .share(Weight(percent: 50)))), .setWeight(Weight(percent: 50))]
        explore(.init(hosts: 2, steps: steps, maxUnavailable: 1, dead: 0, minds: false), atLeast: 400)
    }

    @Test("The same with an order: the staging host is asked before the others")
    func ordered() {
        explore(.init(hosts: 2, steps: Space.twoSteps, maxUnavailable: 2, minds: false, isOrdered: true), atLeast: 500)
    }

    @Test("The same with analyses that succeed, fail, err and are inconclusive at any moment, in a step and in the background")
    func watched() {
        explore(.init(hosts: 1, steps: Space.watched, maxUnavailable: 1, minds: false, isWatched: true), atLeast: 100)
        explore(.init(hosts: 2, steps: Space.watched, maxUnavailable: 1, dead: 0, minds: false, crashes: false), atLeast: 100)
    }

    @Test("The same where calls are divided: two hosts, three steps")
    func dividedCalls() {
        explore(.init(hosts: 2, steps: Space.divided, maxUnavailable: 1, minds: false, crashes: false), atLeast: 1500)
    }

    @Test(
        "The same with up to four hosts and three steps, whole", .enabled(if: !Space.chosen.isEmpty, "hack/soak"), arguments: Space.chosen)
    func whole(space: Space) { explore(space, followed: nil) }

    @Test("Ways that end are told from those that go round in circles, and those that lead back from those that end elsewhere")
    func ways() {
        var ways = Ways()
        // 0 → 1 → 2, where it is back; 3 ⇄ 4; 5 → 6, an end elsewhere; 7, where nothing follows and nothing is over.
        for state in 0..<UInt32(8) {
            ways.add(state, by: state == 0 ? nil : Ways.Origin(state: state - 1, move: Int(state), crashed: state == 3))
        }
        for (state, next) in [(0, 1), (1, 2), (3, 4), (4, 3), (5, 6)] as [(UInt32, UInt32)] { ways.lead(state, to: next) }
        ways.rest(2, .back)
        ways.rest(6, .end)
        for state in [0, 4, 5] as [UInt32] { ways.mustLeadBack(state) }
        let (endless, lost) = ways.follow()
        #expect(endless == [3, 4, 7] && lost == [4, 5])
        #expect(ways.path(to: 3).map(\.move) == [1, 2, 3] && ways.path(to: 3).map(\.crashed) == [false, false, true])
        #expect(ways.path(to: 0).isEmpty)
    }

    /// hack/soak has larger ones too.
    private static let alike: [Space] =
        [
            Space(.init(hosts: 1, steps: Space.threeSteps, areHindered: true), atLeast: 50),
            Space(.init(hosts: 2, steps: [], maxUnavailable: 1, minds: false, isOrdered: true), .restart, atLeast: 50),
        ]
        + (Space.isForms
            ? [
                Space(.init(hosts: 2, steps: Space.twoSteps, maxUnavailable: 1), atLeast: 1000),
                Space(.init(hosts: 2, steps: Space.divided, maxUnavailable: 2, minds: false), atLeast: 500),
                Space(.init(hosts: 2, steps: Space.judged(34), minds: false), atLeast: 300),
                Space(.init(hosts: 1, steps: Space.checked, isWatched: true), atLeast: 100),
            ] : [])

    @Test("What is left out of how states are told apart makes no difference: the same moves lead to the same states", arguments: alike)
    func stateForms(space: Space) {
        let bounds = space.bounds
        var start = start(of: space, followed: nil)
        start.follower = nil
        var form = StateForm(start.spec.strategy)
        var (seen, frontier): (Set<StateDetail>, [World]) = ([StateDetail(start)], [start])
        var successors: [StateKey: (moves: [StateSpace.Bounds.Move], keys: [StateKey], world: World)] = [:]
        while let world = frontier.popLast() {
            let (key, moves) = (form.key(of: world), bounds.moves(in: world))
            let reached = moves.flatMap { bounds.outcomes(of: $0, in: world) }
            for var world in reached where seen.insert(StateDetail(world)).inserted {
                world.forgetThePast()
                frontier.append(world)
            }
            let keys = reached.map { form.key(of: $0) }
            guard let known = successors[key] else {
                successors[key] = (moves, keys, world)
                continue
            }
            if known.moves != moves || known.keys != keys {
                Issue.record(
                    "told apart by nothing, but by where it goes on to: \(world.testDescription) and \(known.world.testDescription)")
                return
            }
        }
        print("state forms: \(bounds): \(seen.count) states in all detail, \(successors.count) by what matters")
        #expect(successors.count < seen.count && successors.count >= space.least)
    }
}
