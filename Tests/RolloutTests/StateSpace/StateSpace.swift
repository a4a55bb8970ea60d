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
        /// Exploring ends with a finding when there are more states.
        var most = 3_000_000
    }

    let bounds: Bounds
    private(set) var findings: [String] = []
    private(set) var states = 0
    private(set) var transitions = 0
    private var seen: Set<StateKey> = []
    /// States from which hosts that obey lead to an end, and from which they lead back.
    private var ending: Set<StateKey> = []
    private var returning: Set<StateKey> = []

    init(_ bounds: Bounds) { self.bounds = bounds }

    mutating func explore(from start: World) {
        var frontier = [start]
        seen.insert(StateKey(start))
        while !frontier.isEmpty, findings.isEmpty, states <= bounds.most {
            var next: [World] = []
            for world in frontier where findings.isEmpty {
                states += 1
                check(world)
                var invariants = Invariants()
                invariants.check(world, deeply: false)
                for move in moves(in: world) { follow(move, from: world, invariants, &next) }
            }
            frontier = next
        }
        if states > bounds.most { findings.append("there are more than \(bounds.most) states") }
    }

    private mutating func follow(_ move: Move, from world: World, _ invariants: Invariants, _ next: inout [World]) {
        var moved = world
        make(move, in: &moved)
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

    private mutating func arrive(_ world: World, by move: Move, _ before: Invariants, _ next: inout [World]) {
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
        settled.decide()
        var again = settled
        again.decide()
        if again.plan != world.plan || again.status != settled.status || again.decision?.events != [] || again.decision?.effects != [] {
            find("deciding again changes something: \(world.testDescription)")
        }
        guard leads(world, known: &ending, { _ in true }) else { return find("does not end: \(world.testDescription)") }
        guard let rollout = world.status.rollout, rollout.state == .running, [.steps, .restart].contains(rollout.kind) else { return }
        func isBack(_ world: World) -> Bool {
            world.status.stable?.version == "1.0.0" && world.hosts.allSatisfy { $0.active == World.revision("1.0.0") && $0.beside == nil }
        }
        var aborted = world
        aborted.verbs.abort = rollout.id
        if !leads(aborted, known: &returning, isBack) { find("abort does not lead back: \(world.testDescription)") }
        if rollout.kind == .restart {
            aborted.decide()
            if aborted.plan?.spec.restart != nil { find("hosts are to restart after an abort: \(world.testDescription)") }
            return
        }
        var undone = world
        undone.wanted = .revision(World.revision("1.0.0"))
        if !leads(undone, known: &returning, isBack) { find("undo does not lead back: \(world.testDescription)") }
    }

    /// Whether hosts that obey bring it to an end that is as wanted.
    private func leads(_ start: World, known: inout Set<StateKey>, _ isWanted: (World) -> Bool) -> Bool {
        var world = start
        world.decide()
        var path: [StateKey] = []
        for _ in 0..<300 {
            let key = StateKey(world)
            if known.contains(key) || (isAtRest(world) && isWanted(world)) {
                known.formUnion(path)
                known.insert(key)
                return true
            }
            path.append(key)
            obey(&world)
        }
        return false
    }

    private func isAtRest(_ world: World) -> Bool {
        guard !world.isRunning, world.status.phase != .progressing else { return false }
        let wanted = world.wanted.revision.flatMap { name in world.revisions.first { $0.name == name } }
        if wanted?.outcome == .unproven { return false }
        return world.hosts.allSatisfy { host in
            let hasArrived = world.plan.map { host.hasArrived(by: $0.spec, world.status.stable?.revision ?? "") } ?? false
            return hasArrived && host.active == world.status.stable?.revision && host.beside == nil || host.slot?.target?.state == .reverted
                || host.slot?.target?.state == .failed
        }
    }

    /// Hosts come back and do what they are asked, people promote what is paused; if nothing is to do, time passes.
    private func obey(_ world: inout World) {
        let possible = moves(in: world)
        var isQuiet = true
        for move in possible {
            switch move {
            case .obeys, .succeeds, .comesBack, .promotes, .stagesAhead, .turnsOut(_, .successful):
                make(move, in: &world)
                isQuiet = false
            default: break
            }
        }
        if isQuiet, possible.contains(.timePasses) { make(.timePasses, in: &world) }
        world.decide()
    }
}
