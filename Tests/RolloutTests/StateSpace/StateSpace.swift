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
        var most = 3_000_000
    }

    let bounds: Bounds
    private(set) var findings: [String] = []
    private(set) var states = 0
    private(set) var transitions = 0
    private var seen: Set<StateKey> = []
    private var ways: Ways

    init(_ bounds: Bounds) {
        self.bounds = bounds
        ways = Ways(bounds)
    }

    mutating func explore(from start: World) {
        var frontier = [start]
        seen.insert(StateKey(start))
        while !frontier.isEmpty, findings.isEmpty, states <= bounds.most {
            var next: [World] = []
            for world in frontier where findings.isEmpty {
                states += 1
                if states % 100_000 == 0 { tell("so far") }
                check(world)
                var invariants = Invariants()
                invariants.check(world, deeply: false)
                for move in bounds.moves(in: world) { follow(move, from: world, invariants, &next) }
            }
            frontier = next
        }
        if states > bounds.most { findings.append("there are more than \(bounds.most) states") }
        tell(findings.isEmpty ? "whole" : "broken off")
    }

    private func tell(_ what: String) {
        print("state space: \(bounds): \(states) states, \(transitions) transitions, \(what)")
    }

    private mutating func follow(_ move: Bounds.Move, from world: World, _ invariants: Invariants, _ next: inout [World]) {
        var moved = world
        bounds.make(move, in: &moved)
        let crashed = moved
        let before = moved.plan
        moved.decide()
        arrive(moved, by: move, invariants, &next)
        if bounds.crashes, moved.plan != before {
            var restarted = crashed
            restarted.decide(dying: .beforeStatus)
            restarted.decide()
            arrive(restarted, by: move, invariants, &next)
        }
    }

    private mutating func arrive(_ world: World, by move: Bounds.Move, _ before: Invariants, _ next: inout [World]) {
        transitions += 1
        var now = before
        now.check(world, deeply: false)
        for finding in now.findings { find("after \(move): \(finding)") }
        guard seen.insert(StateKey(world)).inserted else { return }
        var state = world
        state.forgetThePast()
        next.append(state)
    }

    private mutating func find(_ finding: String) { if findings.count < 5 { findings.append(finding) } }

    /// What must hold in each state.
    private mutating func check(_ world: World) {
        // What was quarantined has its name after the first time.
        var settled = world
        settled.follower = nil
        settled.decide()
        var again = settled
        again.decide()
        if again.plan != world.plan || again.status != settled.status || again.decision?.events != [] || again.decision?.effects != [] {
            find("deciding again changes something: \(world.testDescription)")
        }
        guard ways.end(from: settled) else { return find("does not end: \(world.testDescription)") }
        guard let rollout = world.status.rollout, rollout.state == .running, [.steps, .restart].contains(rollout.kind) else { return }
        var aborted = world
        aborted.follower = nil
        var undone = aborted
        aborted.verbs.abort = rollout.id
        aborted.decide()
        if !ways.leadBack(from: aborted) { find("abort does not lead back: \(world.testDescription)") }
        if rollout.kind == .restart {
            if aborted.plan?.spec.restart != nil { find("hosts are to restart after an abort: \(world.testDescription)") }
            return
        }
        undone.wanted = .revision(World.revision("1.0.0"))
        undone.decide()
        if !ways.leadBack(from: undone) { find("undo does not lead back: \(world.testDescription)") }
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
