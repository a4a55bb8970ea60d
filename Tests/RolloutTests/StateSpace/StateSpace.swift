import GraftAPI
import KubeCore

@testable import Rollout

/// Everything that can become of an upgrade of a small fleet, explored whole and breadth first: hosts obey, fail, are hindered, die and come
/// back in every order, people say every verb at every moment, time passes, and the controller dies between its writes.
struct StateSpace {
    /// What may happen.
    struct Bounds: Sendable {
        var hosts: Int
        var steps: [Step]
        var maxUnavailable = 2
        /// Hosts that may be dead at one time.
        var dead = 1
        var areHindered = false
        /// The spec may ask again for what it asked for before.
        var minds = true
        /// The controller may die after it wrote a plan, before it wrote the status.
        var crashes = true
        /// The first host comes before the others.
        var isOrdered = false
        /// An analysis goes on in the background.
        var isWatched = false
        /// Exploring ends with a finding when there are more states.
        var most = 200_000_000
    }

    /// A state that is to be gone on from.
    private struct Pending {
        var number: UInt32
        var world: World
    }

    let bounds: Bounds
    private let start: World
    private(set) var findings: [String] = []
    private(set) var transitions = 0
    private var form: StateForm
    private var numbers: [StateKey: UInt32] = [:]
    private var ways = Ways()
    /// So many worlds at most are kept with what their followers know: it is much.
    private static let mostFollowed = 20_000

    var states: Int { numbers.count }

    init(_ bounds: Bounds, from start: World) {
        self.bounds = bounds
        self.start = start
        form = StateForm(start.spec.strategy)
    }

    mutating func explore() {
        numbers[form.key(of: start)] = 0
        ways.add(0, by: nil)
        var frontier = [Pending(number: 0, world: start)]
        while !frontier.isEmpty, findings.isEmpty, states <= bounds.most {
            var next: [Pending] = []
            // Taken away one by one: together with what comes after it there is much of it.
            frontier.reverse()
            while findings.isEmpty, let state = frontier.popLast() { goOn(from: state, &next) }
            frontier = next
        }
        if states > bounds.most { findings.append("there are more than \(bounds.most) states") }
        if findings.isEmpty { seeWhereWaysLead() }
        tell(findings.isEmpty ? "whole" : "broken off")
    }

    private func tell(_ what: String) {
        print("state space: \(bounds): \(states) states, \(transitions) transitions, \(what)")
    }

    /// Makes every move that there is.
    private mutating func goOn(from state: Pending, _ next: inout [Pending]) {
        if state.number % 100_000 == 99_999 { tell("so far") }
        var world = state.world
        if world.follower == nil, start.follower != nil { world.follower = Follower(holdsFor: 1) }
        let settled = check(world, state.number)
        world.follower = settled.follower
        var invariants = Invariants()
        invariants.check(world, deeply: false)
        let moves = bounds.moves(in: world)
        let obedient = bounds.obedient(moves)
        for (index, move) in moves.enumerated() {
            if move == .timePasses, world.isRunning, world.status.rollout?.progress.suspendedSince != nil {
                find("time passes while it stands still: states are not told apart by what that shifts", at: state.number)
            }
            let reached = follow(move, Ways.Origin(state: state.number, move: index), from: world, invariants, &next)
            if index == obedient { ways.lead(state.number, to: reached) }
        }
        ways.rest(state.number, bounds.rest(of: settled))
    }

    /// - Returns: the state that it leads to.
    private mutating func follow(
        _ move: Bounds.Move, _ origin: Ways.Origin, from world: World, _ invariants: Invariants, _ next: inout [Pending]
    ) -> UInt32 {
        let outcomes = bounds.outcomes(of: move, in: world)
        let reached = arrive(outcomes[0], by: move, origin, from: world, invariants, &next)
        for restarted in outcomes.dropFirst() {
            var origin = origin
            origin.crashed = true
            _ = arrive(restarted, by: move, origin, from: world, invariants, &next)
        }
        return reached
    }

    private mutating func arrive(
        _ world: World, by move: Bounds.Move, _ origin: Ways.Origin, from before: World, _ invariants: Invariants, _ next: inout [Pending]
    ) -> UInt32 {
        transitions += 1
        var now = invariants
        now.check(world, deeply: false)
        let number = number(of: world, origin, &next)
        for finding in now.findings { find(finding, after: move, at: origin.state) }
        guard move == .aborts || move == .undoes, before.isRunning, let kind = before.status.rollout?.kind else { return number }
        if kind == .steps || kind == .restart && move == .aborts { ways.mustLeadBack(number) }
        if kind == .restart, move == .aborts, world.plan?.spec.restart != nil {
            find("hosts are to restart after an abort", at: number)
        }
        return number
    }

    private mutating func number(of world: World, _ origin: Ways.Origin, _ next: inout [Pending]) -> UInt32 {
        let new = UInt32(numbers.count)
        let key = form.key(of: world)
        if let known = numbers[key] { return known }
        numbers[key] = new
        ways.add(new, by: origin)
        var state = Pending(number: new, world: world)
        state.world.forgetThePast()
        if next.count > StateSpace.mostFollowed { state.world.follower = nil }
        next.append(state)
        return new
    }

    /// What must hold in each state.
    /// - Returns: what it is after it was decided once more.
    private mutating func check(_ world: World, _ number: UInt32) -> World {
        // What was quarantined has its name after the first time.
        var settled = world
        settled.decide()
        var last = settled
        // Where that changed nothing, the same would be observed, and decided, again.
        if !settled.isAs(world) { last.decide() }
        if last.plan != world.plan || last.status != settled.status || last.decision?.events != [] || last.decision?.effects != [] {
            find("deciding again changes something", at: number)
        }
        return settled
    }

    private mutating func seeWhereWaysLead() {
        let (endless, lost) = ways.follow()
        for state in endless.prefix(3) { find("does not end", at: state) }
        for state in lost.prefix(3) { find("abort or undo does not lead back", at: state) }
    }

    private mutating func find(_ finding: String, after move: Bounds.Move? = nil, at state: UInt32) {
        guard findings.count < 5 else { return }
        let (moves, world) = retraced(state)
        let path = (moves + (move.map { ["\($0)"] } ?? [])).joined(separator: ", ")
        findings.append("\(finding): \(world.testDescription)\nafter: \(path)")
    }

    /// Which moves lead to a state, and what it is.
    private func retraced(_ state: UInt32) -> ([String], World) {
        var world = start
        var moves: [String] = []
        for origin in ways.path(to: state) {
            let move = bounds.moves(in: world)[origin.move]
            world = bounds.outcomes(of: move, in: world)[origin.crashed ? 1 : 0]
            moves.append("\(move)\(origin.crashed ? " and a crash" : "")")
        }
        return (moves, world)
    }
}

extension StateSpace.Bounds {
    /// What becomes of a move: it is decided; and, where the plan changed, the controller may die before it wrote the status, and decide anew.
    func outcomes(of move: Move, in world: World) -> [World] {
        var moved = world
        make(move, in: &moved)
        let undecided = moved
        moved.decide()
        guard crashes, moved.plan != world.plan else { return [moved] }
        var restarted = undecided
        restarted.die(beforeStatusOf: moved)
        restarted.decide()
        return [moved, restarted]
    }
}

extension StateSpace.Bounds: CustomStringConvertible {
    var description: String {
        let what = steps.map(name) + (isOrdered ? ["an order"] : []) + (isWatched ? ["a background analysis"] : [])
        return "\(hosts) hosts, \(steps.count) steps (\(what.joined(separator: ", ")))"
    }

    private func name(_ step: Step) -> String {
        if let weight = step.setWeight { return "weight \(weight)" }
        if step.setTraffic != nil { return "traffic" }
        if step.pause != nil { return "pause" }
        if step.preflight != nil { return "preflight" }
        if step.analysis != nil { return "analysis" }
        if step.webhook != nil { return "webhook" }
        return step.soak != nil ? "soak" : "approve"
    }
}
